package org.lockstepfs.fuse.demo;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lockstepfs.fuse.control.ControlClient;
import org.lockstepfs.fuse.control.Messages.Status;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.kernel.MountInfo;

/** One of the demo's nodes: has a run directory and a mount point, and is driven by commands. */
final class DemoNode implements Closeable {
  private static final long KILL_TIMEOUT_S = 10;

  private final String name;
  private final Path dir;
  private final Path run;
  private final String launcher;
  private final Map<String, String> environment;

  /**
   * Describes a node; nothing runs yet.
   *
   * @param root where its directories are made
   * @param launcher path of bin/lockstep
   */
  DemoNode(String name, Path root, String launcher, Path clusterFile) throws IOException {
    this.name = name;
    this.dir = Files.createDirectories(root.resolve("mnt-" + name));
    this.run = Files.createDirectories(root.resolve("run-" + name));
    this.launcher = launcher;
    this.environment =
        Map.of("LOCKSTEP_RUNDIR", run.toString(), "LOCKSTEP_CONFIG", clusterFile.toString());
  }

  String name() {
    return name;
  }

  Path dir() {
    return dir;
  }

  void mount(String device) throws IOException {
    lockstep("mount", "--node", name, device, dir.toString());
  }

  void umount() throws IOException {
    lockstep("umount", dir.toString());
  }

  void stop() throws IOException {
    lockstep("stop", "--node", name);
  }

  Status status() throws IOException {
    return new ObjectMapper().readValue(lockstep("status", "--node", name, "--json"), Status.class);
  }

  String lockstep(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher));
    command.addAll(List.of(words));
    return Tool.output(environment, command);
  }

  /** Ends whatever still runs, by force if need be, and takes the mount away. */
  @Override
  public void close() throws IOException {
    NodePaths paths = new NodePaths(run, name);
    try {
      if (new ControlClient(paths.socket()).isUp()) {
        Tool.run(environment, List.of(launcher, "stop", "--force", "--node", name));
      }
    } finally {
      if (Files.exists(paths.pidFile())) {
        kill(Long.parseLong(Files.readString(paths.pidFile()).strip()));
      }
      for (Path mount : List.of(dir, paths.controlFiles())) {
        if (MountInfo.at(mount) != null) {
          Tool.run(Map.of(), List.of("umount", "-i", "-l", mount.toString()));
        }
      }
    }
  }

  private static void kill(long pid) throws IOException {
    Optional<ProcessHandle> daemon = ProcessHandle.of(pid);
    if (daemon.isEmpty() || !daemon.get().destroyForcibly()) {
      return;
    }
    try {
      daemon.get().onExit().get(KILL_TIMEOUT_S, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      throw new IOException("daemon " + pid + " cannot be killed", e);
    }
  }
}
