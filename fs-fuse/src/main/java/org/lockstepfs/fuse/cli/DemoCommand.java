package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.demo.Demo;
import org.lockstepfs.stack.glue.Stacks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code lockstep demo}. */
@Command(
    name = "demo",
    description = "Shows two nodes that share a volume on this machine.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Option(
      names = "--stack",
      paramLabel = "STACK",
      defaultValue = Stacks.O2CB,
      description = "stack of the cluster: o2cb (default), or any other label for the user stack")
  private String stack;

  @Override
  public Integer call() throws IOException {
    String home = System.getProperty("lockstep.home");
    if (home == null) {
      throw new ControlException("started without its launcher, cannot start nodes", FAILED);
    }
    try {
      Demo.run(home + "/bin/lockstep", stack, System.out);
      return 0;
    } catch (IOException e) {
      throw new ControlException("demo: " + e.getMessage(), FAILED);
    }
  }
}
