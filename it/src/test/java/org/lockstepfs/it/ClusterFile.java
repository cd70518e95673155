package org.lockstepfs.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes cluster files for nodes that share this machine and differ by port. */
final class ClusterFile {
  private ClusterFile() {}

  /** Writes a file for nodes numbered from 1, on loopback ports that are free now. */
  static Path write(Path dir, String cluster, String... nodes) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("cluster:\n\tnode_count = ").append(nodes.length);
    text.append("\n\tname = ").append(cluster).append('\n');
    for (int i = 0; i < nodes.length; i++) {
      int port = freePorts();
      text.append("\nnode:\n\tip_port = ").append(port);
      text.append("\n\tip_address = 127.0.0.1\n\tnumber = ").append(i + 1);
      text.append("\n\tname = ").append(nodes[i]);
      text.append("\n\tcluster = ").append(cluster).append('\n');
    }
    Path file = dir.resolve("cluster.conf");
    Files.writeString(file, text);
    return file;
  }

  /** Returns a port that is free together with the next one, where membership listens. */
  private static int freePorts() throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      try (ServerSocket first = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        if (isFree(first.getLocalPort() + 1)) {
          return first.getLocalPort();
        }
      }
    }
    throw new IOException("no two free ports side by side");
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return socket.isBound();
    } catch (IOException e) {
      return false;
    }
  }
}
