package org.lockstepfs.stack.config;

import java.net.Inet4Address;
import java.net.InetSocketAddress;

/**
 * One configured node.
 *
 * @param number node number, 0 to 254
 * @param name host name without domain, or the name given with {@code --node}
 * @param address IPv4 address on the cluster's interconnect
 * @param port o2net's TCP port
 * @param membershipPort Hazelcast's TCP port; {@code port + 1} unless configured
 */
public record ClusterNode(
    int number, String name, Inet4Address address, int port, int membershipPort) {
  /** One more than the highest node number (O2NM_MAX_NODES). */
  public static final int MAX_NODES = 255;

  /** Returns where this node's o2net listens. */
  public InetSocketAddress netAddress() {
    return new InetSocketAddress(address, port);
  }

  /** Returns where this node's Hazelcast member listens. */
  public InetSocketAddress membershipAddress() {
    return new InetSocketAddress(address, membershipPort);
  }
}
