package org.lockstepfs.fuse.cli;

import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.fuse.control.ControlClient;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.node.NodeLock;

/** Starts a node's daemon in a session of its own and waits until it answers. */
final class DaemonStarter {
  private static final long START_TIMEOUT_MS = 30_000;
  private static final long POLL_MS = 20;
  private static final int SYSTEM_ERROR = 2;

  private final NodePaths paths;
  private final Path config;

  DaemonStarter(NodePaths paths, Path config) {
    this.paths = paths;
    this.config = config;
  }

  /** Returns a client of the daemon, started now or earlier. */
  ControlClient running() throws IOException {
    ControlClient client = new ControlClient(paths.socket());
    if (client.isUp()) {
      return client;
    }
    Files.createDirectories(paths.dir());
    // One command at a time starts the daemon; others that want it wait here until it is up.
    try (FileChannel file =
            FileChannel.open(
                paths.startLock(), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        FileLock turn = file.lock()) {
      awaitUp(client);
      return client;
    }
  }

  private Process start() throws IOException {
    String home = System.getProperty("lockstep.home");
    if (home == null) {
      throw new ControlException("started without its launcher, cannot start a daemon", 4);
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                "setsid", home + "/bin/lockstep", "daemon", "--for-mount", "--node", paths.node()));
    if (config != null) {
      command.add("--config");
      command.add(config.toAbsolutePath().toString());
    }
    File log = paths.log().toFile();
    return new ProcessBuilder(command)
        .redirectInput(new File("/dev/null"))
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .redirectErrorStream(true)
        .directory(new File("/"))
        .start();
  }

  private void awaitUp(ControlClient client) throws IOException {
    if (client.isUp()) {
      return;
    }
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(START_TIMEOUT_MS);
    Process process = start();
    try {
      while (!client.isUp()) {
        if (process.waitFor(POLL_MS, TimeUnit.MILLISECONDS) && !client.isUp()) {
          if (process.exitValue() != NodeLock.TAKEN) {
            throw new ControlException("daemon did not start: " + lastLine(), SYSTEM_ERROR);
          }
          // An earlier one has not quite ended.
          process = start();
        }
        if (System.nanoTime() - deadline > 0) {
          throw new ControlException(
              "daemon did not answer within " + START_TIMEOUT_MS + " ms; see " + paths.log(),
              SYSTEM_ERROR);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlException("interrupted", 8);
    }
  }

  private String lastLine() throws IOException {
    String last = "see " + paths.log();
    for (String line : Files.readAllLines(paths.log(), StandardCharsets.UTF_8)) {
      last = line.isBlank() ? last : line;
    }
    return last.startsWith("lockstep: ") ? last.substring("lockstep: ".length()) : last;
  }
}
