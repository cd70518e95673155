package org.lockstepfs.fuse.demo;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Writes a cluster file for nodes that are all on this machine. */
final class ClusterFile {
  private static final int FIRST_PORT = 20_000;
  private static final int LAST_PORT = 30_000;

  private ClusterFile() {}

  /**
   * Writes the file of a cluster of that stack; each node gets a free port whose successor is free,
   * too.
   */
  static void write(Path file, String stack, String cluster, List<String> nodes)
      throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("cluster:\n\tnode_count = ").append(nodes.size());
    text.append("\n\tname = ").append(cluster);
    text.append("\n\tcluster_stack = ").append(stack).append('\n');
    int port = FIRST_PORT + (int) (ProcessHandle.current().pid() % (LAST_PORT - FIRST_PORT));
    for (int number = 1; number <= nodes.size(); number++) {
      port = freePair(port);
      text.append("node:\n\tip_port = ").append(port);
      text.append("\n\tip_address = 127.0.0.1\n\tnumber = ").append(number);
      text.append("\n\tname = ").append(nodes.get(number - 1));
      text.append("\n\tcluster = ").append(cluster).append('\n');
      port += 2;
    }
    Files.writeString(file, text);
  }

  private static int freePair(int from) throws IOException {
    for (int port = from; port < from + LAST_PORT - FIRST_PORT; port += 2) {
      if (isFree(port) && isFree(port + 1)) {
        return port;
      }
    }
    throw new IOException("no two free ports from " + from);
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
