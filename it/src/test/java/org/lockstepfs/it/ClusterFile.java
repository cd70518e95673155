package org.lockstepfs.it;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Writes cluster files for nodes that share this machine and differ by port. */
final class ClusterFile {
  private static final int PORT = 7777;
  private static final int LOWEST_PORT = 10_000;

  /** Lowest of ip_local_port_range as Linux has it. */
  private static final int FIRST_EPHEMERAL = 32_768;

  private ClusterFile() {}

  /** Writes a file of the o2cb stack for nodes numbered from 1, on loopback ports free now. */
  static Path write(Path dir, String cluster, String... nodes) throws IOException {
    return write(dir, Stack.O2CB, cluster, nodes);
  }

  /** Writes a file for nodes numbered from 1, on loopback ports that are free now. */
  static Path write(Path dir, Stack stack, String cluster, String... nodes) throws IOException {
    StringBuilder text = header(stack, cluster, nodes.length);
    for (int i = 0; i < nodes.length; i++) {
      text.append(node(cluster, nodes[i], i + 1, "127.0.0.1", freePorts()));
    }
    return store(dir, text);
  }

  /**
   * Writes a file for nodes numbered from 1 that are the hosts of a {@link Network}.
   *
   * @param tuning more lines of the cluster stanza
   */
  static Path forHosts(
      Path dir, Stack stack, String cluster, List<String> tuning, List<String> hosts)
      throws IOException {
    StringBuilder text = header(stack, cluster, hosts.size());
    tuning.forEach(line -> text.append('\t').append(line).append('\n'));
    for (int i = 0; i < hosts.size(); i++) {
      text.append(node(cluster, hosts.get(i), i + 1, Network.address(i + 1), PORT));
    }
    return store(dir, text);
  }

  private static StringBuilder header(Stack stack, String cluster, int nodes) {
    return new StringBuilder()
        .append("cluster:\n\tnode_count = ")
        .append(nodes)
        .append("\n\tname = ")
        .append(cluster)
        .append("\n\tcluster_stack = ")
        .append(stack.label())
        .append('\n');
  }

  private static String node(String cluster, String name, int number, String address, int port) {
    return "\nnode:\n\tip_port = "
        + port
        + "\n\tip_address = "
        + address
        + "\n\tnumber = "
        + number
        + "\n\tname = "
        + name
        + "\n\tcluster = "
        + cluster
        + '\n';
  }

  private static Path store(Path dir, CharSequence text) throws IOException {
    Path file = dir.resolve("cluster.conf");
    Files.writeString(file, text);
    return file;
  }

  /**
   * Returns a port that is free together with the next one, where membership listens; none of those
   * that the kernel gives to outgoing connections.
   */
  private static int freePorts() throws IOException {
    for (int attempt = 0; attempt < 100; attempt++) {
      int port = ThreadLocalRandom.current().nextInt(LOWEST_PORT, FIRST_EPHEMERAL - 1);
      if (isFree(port) && isFree(port + 1)) {
        return port;
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
