package org.lockstepfs.stack;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.config.HeartbeatMode;
import org.lockstepfs.stack.config.Tuning;

/** Clusters of nodes on the loopback interface. */
public final class TestCluster {

  private TestCluster() {}

  /** Makes a cluster whose nodes are numbered from 1 and listen on ports that are free now. */
  public static ClusterConfig at(String... addresses) throws IOException {
    List<ServerSocket> probes = new ArrayList<>();
    List<ClusterNode> nodes = new ArrayList<>();
    try {
      for (String address : addresses) {
        int number = nodes.size() + 1;
        Inet4Address ip = (Inet4Address) InetAddress.getByName(address);
        ServerSocket net = new ServerSocket(0, 1, ip);
        probes.add(net);
        ServerSocket membership = new ServerSocket(0, 1, ip);
        probes.add(membership);
        nodes.add(
            new ClusterNode(
                number, "n" + number, ip, net.getLocalPort(), membership.getLocalPort()));
      }
    } finally {
      for (ServerSocket probe : probes) {
        probe.close();
      }
    }
    return new ClusterConfig("test", HeartbeatMode.LOCAL, nodes, List.of(), Tuning.DEFAULT);
  }

  /** Makes a cluster of so many nodes at 127.0.0.1. */
  public static ClusterConfig of(int nodes) throws IOException {
    String[] addresses = new String[nodes];
    java.util.Arrays.fill(addresses, "127.0.0.1");
    return at(addresses);
  }

  /** Writes a cluster as a configuration file. */
  public static Path write(ClusterConfig cluster, Path file) throws IOException {
    StringBuilder text = new StringBuilder();
    text.append("cluster:\n\tname = ").append(cluster.name());
    text.append("\n\tnode_count = ").append(cluster.nodes().size()).append("\n\n");
    for (ClusterNode node : cluster.nodes()) {
      text.append("node:\n\tcluster = ").append(cluster.name());
      text.append("\n\tname = ").append(node.name());
      text.append("\n\tnumber = ").append(node.number());
      text.append("\n\tip_address = ").append(node.address().getHostAddress());
      text.append("\n\tip_port = ").append(node.port());
      text.append("\n\tmembership_port = ").append(node.membershipPort()).append("\n\n");
    }
    return Files.writeString(file, text);
  }
}
