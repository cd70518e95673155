package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.lockstepfs.fuse.control.ControlClient;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.StackAnswer;
import org.lockstepfs.fuse.control.Messages.StackRequest;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.Tuning;
import org.lockstepfs.stack.glue.Stacks;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep stack}. */
@Command(
    name = "stack",
    description = "Shows or chooses the cluster stack of a node.",
    mixinStandardHelpOptions = true,
    subcommands = {StackCommand.Get.class, StackCommand.Set.class, StackCommand.List.class})
final class StackCommand {
  private static final int NO_DAEMON = 2;

  private StackCommand() {}

  /** A node's stack, as its daemon or else its cluster file says. */
  static StackAnswer ask(NodeOptions node, Path config) throws IOException {
    ControlClient client = new ControlClient(node.paths().socket());
    if (client.isUp()) {
      return client.post("/stack", new StackRequest(""), StackAnswer.class);
    }
    Path file = config == null ? ConfigFile.chosen() : config;
    String label =
        file.toFile().exists() ? ClusterConfig.read(file).tuning().stack() : Tuning.DEFAULT.stack();
    return new StackAnswer(label, "", Stacks.available());
  }

  @Command(
      name = "get",
      description = "Prints the label; without a daemon, the one that it would start with.",
      mixinStandardHelpOptions = true)
  static final class Get implements Callable<Integer> {
    @Mixin private NodeOptions node;

    @Option(names = "--config", paramLabel = "FILE", description = "the cluster file")
    private Path config;

    @Override
    public Integer call() throws IOException {
      System.out.println(ask(node, config).label());
      return 0;
    }
  }

  @Command(
      name = "set",
      description = "Chooses the stack of a daemon that has no volume of a cluster mounted.",
      mixinStandardHelpOptions = true)
  static final class Set implements Callable<Integer> {
    @Mixin private NodeOptions node;

    @Parameters(
        paramLabel = "LABEL",
        description = "o2cb, or the 4 characters of a user stack that volumes are stamped with")
    private String label;

    @Override
    public Integer call() throws IOException {
      ControlClient client = new ControlClient(node.paths().socket());
      if (!client.isUp()) {
        throw new ControlException(
            "no daemon runs for node "
                + node.paths().node()
                + ": it starts with the label that 'cluster_stack = "
                + label
                + "' in its cluster file gives it",
            NO_DAEMON);
      }
      client.post("/stack", new StackRequest(label), StackAnswer.class);
      return 0;
    }
  }

  @Command(
      name = "list",
      description = "Prints the plug-ins, with a star at the one that is in use.",
      mixinStandardHelpOptions = true)
  static final class List implements Callable<Integer> {
    @Mixin private NodeOptions node;

    @Override
    public Integer call() throws IOException {
      StackAnswer stack = ask(node, null);
      for (String plugin : stack.plugins()) {
        System.out.println(plugin.equals(stack.active()) ? plugin + " *" : plugin);
      }
      return 0;
    }
  }
}
