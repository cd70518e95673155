package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.HeartbeatAnswer;
import org.lockstepfs.fuse.control.Messages.HeartbeatRefs;
import org.lockstepfs.fuse.control.Messages.HeartbeatRequest;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep hb}: what ocfs2_hb_ctl does with -S, -K and -I. */
@Command(
    name = "hb",
    description = "Keeps a volume's heartbeat going without a mount.",
    mixinStandardHelpOptions = true,
    subcommands = {
      HeartbeatCommand.Start.class,
      HeartbeatCommand.Stop.class,
      HeartbeatCommand.Refs.class
    })
final class HeartbeatCommand {
  private static final int FAILED = 1;

  private HeartbeatCommand() {}

  /** A device by its real path, so that the daemon knows it under whatever name; else a UUID. */
  private static String volume(String word) throws IOException {
    if (word.matches("(?i)[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")) {
      return word.replace("-", "").toUpperCase(Locale.ROOT);
    }
    Path disk = Path.of(word).toAbsolutePath();
    if (!Files.exists(disk)) {
      throw new ControlException(word + " does not exist", FAILED);
    }
    return disk.toRealPath().toString();
  }

  @Command(
      name = "start",
      description = "Takes a reference; starts the node's daemon if there is none.",
      mixinStandardHelpOptions = true)
  static final class Start implements Callable<Integer> {
    @Mixin private NodeOptions node;

    @Option(names = "--config", paramLabel = "FILE", description = "the cluster file")
    private Path config;

    @Parameters(paramLabel = "DEVICE|UUID", description = "the volume")
    private String word;

    @Override
    public Integer call() throws IOException {
      HeartbeatRequest request = new HeartbeatRequest(volume(word));
      new DaemonStarter(node.paths(), config)
          .running()
          .post("/heartbeat/start", request, Done.class);
      return 0;
    }
  }

  @Command(
      name = "stop",
      description = "Drops a reference; with the last one, mounts included, the heartbeat ends.",
      mixinStandardHelpOptions = true)
  static final class Stop implements Callable<Integer> {
    @Mixin private NodeOptions node;

    @Parameters(paramLabel = "DEVICE|UUID", description = "the volume")
    private String word;

    @Override
    public Integer call() throws IOException {
      node.daemon().post("/heartbeat/stop", new HeartbeatRequest(volume(word)), Done.class);
      return 0;
    }
  }

  @Command(
      name = "refs",
      description =
          "Prints how many references there are; a mounted volume has one for its mounts.",
      mixinStandardHelpOptions = true)
  static final class Refs implements Callable<Integer> {
    @Mixin private NodeOptions node;

    @Parameters(paramLabel = "DEVICE|UUID", arity = "0..1", description = "the volume, else all")
    private String word;

    @Override
    public Integer call() throws IOException {
      String wanted = word == null ? null : volume(word);
      HeartbeatAnswer answer =
          node.daemon().post("/heartbeat/refs", new Done(), HeartbeatAnswer.class);
      boolean any = false;
      for (HeartbeatRefs v : answer.volumes()) {
        if (wanted == null || v.uuid().equals(wanted) || v.device().equals(wanted)) {
          print(v.uuid(), v.tools() + (v.mounted() ? 1 : 0), v.mounted());
          any = true;
        }
      }
      if (!any && wanted != null) {
        print(wanted, 0, false);
      }
      return 0;
    }

    private static void print(String volume, int refs, boolean mounted) {
      System.out.println(volume + ": " + refs + " refs" + (mounted ? ", mounted" : ""));
    }
  }
}
