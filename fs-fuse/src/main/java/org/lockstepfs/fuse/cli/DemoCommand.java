package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.demo.Demo;
import picocli.CommandLine.Command;

/** {@code lockstep demo}. */
@Command(
    name = "demo",
    description = "Shows two nodes that share a volume on this machine.",
    mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Override
  public Integer call() throws IOException {
    String home = System.getProperty("lockstep.home");
    if (home == null) {
      throw new ControlException("started without its launcher, cannot start nodes", FAILED);
    }
    try {
      Demo.run(home + "/bin/lockstep", System.out);
      return 0;
    } catch (IOException e) {
      throw new ControlException("demo: " + e.getMessage(), FAILED);
    }
  }
}
