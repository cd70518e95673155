package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import org.lockstepfs.fuse.control.ControlClient;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.NodePaths;
import picocli.CommandLine.Option;

/** Which node a command is about. */
final class NodeOptions {
  @Option(
      names = "--node",
      paramLabel = "NAME",
      description = "the node's name in the cluster file (default: this host's name)")
  private String node;

  /** Returns a node's files. */
  NodePaths paths() throws IOException {
    return paths(node);
  }

  static NodePaths paths(String name) throws IOException {
    String chosen = name == null ? InetAddress.getLocalHost().getHostName() : name;
    if (chosen.isEmpty() || chosen.contains("/") || chosen.startsWith(".")) {
      throw new ControlException("'" + chosen + "' is no node name", 1);
    }
    Path rundir = NodePaths.rundir(System.getenv());
    return new NodePaths(rundir, chosen);
  }

  /** Returns a client of the node's daemon, which has to run. */
  ControlClient daemon() throws IOException {
    NodePaths paths = paths();
    ControlClient client = new ControlClient(paths.socket());
    if (!client.isUp()) {
      String who = isRoot() ? "" : ", or it answers only root";
      throw new ControlException("no daemon runs for node " + paths.node() + who, 2);
    }
    return client;
  }

  static boolean isRoot() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0);
  }
}
