package org.lockstepfs.it;

import java.util.ArrayList;
import java.util.List;

/**
 * Hosts as network namespaces on one switch, which is a bridge in a namespace of its own; what one
 * of them does reaches no other network. Host N has the address 10.213.0.N.
 */
final class Network implements AutoCloseable {
  private final String prefix;
  private final String hub;
  private final List<String> namespaces = new ArrayList<>();

  /**
   * Makes a network of hosts with these names, numbered from 1.
   *
   * @param name tells it from other networks of this process
   */
  Network(String name, List<String> hosts) {
    this.prefix = "ls" + ProcessHandle.current().pid() + name + "-";
    this.hub = prefix + "hub";
    try {
      add(hub);
      Sh.run("ip", "-n", hub, "link", "add", "br0", "type", "bridge").ok();
      Sh.run("ip", "-n", hub, "link", "set", "br0", "up").ok();
      for (int i = 0; i < hosts.size(); i++) {
        connect(hosts.get(i), address(i + 1));
      }
    } catch (RuntimeException | AssertionError e) {
      close();
      throw e;
    }
  }

  private void add(String namespace) {
    Sh.run("ip", "netns", "add", namespace).ok();
    namespaces.add(namespace);
    Sh.run("ip", "-n", namespace, "link", "set", "lo", "up").ok();
  }

  private void connect(String host, String address) {
    String namespace = prefix + host;
    String port = "p-" + host;
    add(namespace);
    Sh.run(
            "ip", "-n", namespace, "link", "add", "eth0", "type", "veth", "peer", "name", port,
            "netns", hub)
        .ok();
    Sh.run("ip", "-n", namespace, "address", "add", address + "/24", "dev", "eth0").ok();
    Sh.run("ip", "-n", namespace, "link", "set", "eth0", "up").ok();
    Sh.run("ip", "-n", hub, "link", "set", port, "master", "br0", "up").ok();
  }

  /** Returns the address of the host with a number. */
  static String address(int number) {
    return "10.213.0." + number;
  }

  /** Returns the words before a command that is to run on a host. */
  List<String> on(String host) {
    return List.of("nsenter", "--net=/run/netns/" + prefix + host);
  }

  /** Pulls a host's cable, or puts it back. */
  void cable(String host, boolean connected) {
    Sh.run("ip", "-n", hub, "link", "set", "p-" + host, connected ? "up" : "down").ok();
  }

  @Override
  public void close() {
    namespaces.forEach(namespace -> Sh.run("ip", "netns", "delete", namespace));
  }
}
