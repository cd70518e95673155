package org.lockstepfs.fuse.cli;

import java.io.IOException;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.node.Version;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code lockstep}. */
@Command(
    name = "lockstep",
    description = "OCFS2 in user space: several machines share one block device.",
    mixinStandardHelpOptions = true,
    versionProvider = Main.VersionProvider.class,
    subcommands = {
      BenchCommand.class,
      BenchWorkerCommand.class,
      DemoCommand.class,
      InstallCommand.class,
      MkfsCommand.class,
      MountCommand.class,
      UmountCommand.class,
      StackCommand.class,
      StatusCommand.class,
      StopCommand.class,
      DaemonCommand.class,
      HeartbeatCommand.class,
      TuneCommand.class,
      MountHelperCommand.class,
      UmountHelperCommand.class,
      WarmUpCommand.class
    })
public final class Main {
  private static final int USAGE = 1;
  private static final int INTERNAL = 4;
  private static final int FAILED = 32;

  static final class VersionProvider implements CommandLine.IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"lockstep " + Version.current()};
    }
  }

  Main() {}

  /** Runs a command and exits with its code. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  static int run(String... arguments) {
    CommandLine line = new CommandLine(new Main());
    line.setExecutionExceptionHandler((e, command, parsed) -> explain(e));
    line.setParameterExceptionHandler(
        (e, words) -> {
          System.err.println("lockstep: " + reason(e));
          return USAGE;
        });
    return line.execute(arguments);
  }

  /** What an option's setter said is told as it said it, without picocli's words around it. */
  private static String reason(CommandLine.ParameterException e) {
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return (cause instanceof IOException ? cause : e).getMessage();
  }

  private static int explain(Exception e) {
    String reason = e.getMessage() == null ? e.toString() : e.getMessage();
    System.err.println("lockstep: " + reason.lines().findFirst().orElse(reason));
    if (e instanceof ControlException refusal) {
      return refusal.exitCode();
    }
    return e instanceof IOException ? FAILED : INTERNAL;
  }
}
