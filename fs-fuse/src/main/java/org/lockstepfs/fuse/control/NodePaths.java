package org.lockstepfs.fuse.control;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Where a node keeps its files: {@code RUNDIR/NODE/…}.
 *
 * @param rundir the run directory, /run/lockstep unless {@code LOCKSTEP_RUNDIR} says otherwise
 * @param node the node's name
 */
public record NodePaths(Path rundir, String node) {
  private static final String SOCKET = "control.sock";

  /** Returns the run directory that the environment asks for. */
  public static Path rundir(Map<String, String> environment) {
    return Path.of(environment.getOrDefault("LOCKSTEP_RUNDIR", "/run/lockstep"));
  }

  /** Returns the nodes that have a control socket in a run directory; it may be a dead one's. */
  public static List<NodePaths> all(Path rundir) throws IOException {
    List<NodePaths> nodes = new ArrayList<>();
    if (!Files.isDirectory(rundir)) {
      return nodes;
    }
    try (DirectoryStream<Path> dirs = Files.newDirectoryStream(rundir)) {
      for (Path dir : dirs) {
        if (Files.exists(dir.resolve(SOCKET))) {
          nodes.add(new NodePaths(rundir, dir.getFileName().toString()));
        }
      }
    }
    nodes.sort((a, b) -> a.node().compareTo(b.node()));
    return nodes;
  }

  /** Returns the node's own directory. */
  public Path dir() {
    return rundir.resolve(node);
  }

  /** Returns the socket that the daemon listens on. */
  public Path socket() {
    return dir().resolve(SOCKET);
  }

  /** Returns the file that holds the daemon's process id and is locked while it lives. */
  public Path pidFile() {
    return dir().resolve("daemon.pid");
  }

  /** Returns the file in which the daemon notes what it has mounted. */
  public Path mounts() {
    return dir().resolve("mounts.json");
  }

  /** Returns the file that is locked while a command starts the daemon. */
  public Path startLock() {
    return dir().resolve("daemon.start");
  }

  /** Returns where the daemon mounts its control file system. */
  public Path controlFiles() {
    return dir().resolve("ctl");
  }

  /** Returns the daemon's log. */
  public Path log() {
    return dir().resolve("daemon.log");
  }
}
