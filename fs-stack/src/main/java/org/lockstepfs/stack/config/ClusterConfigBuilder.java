package org.lockstepfs.stack.config;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns stanzas into checked clusters. Unknown keys and stanza types are passed over, as the OCFS2
 * tools do, so that files of newer tools can be read; the log names them, for they may be misspelt.
 */
final class ClusterConfigBuilder {
  private static final Logger LOG = LoggerFactory.getLogger(ClusterConfigBuilder.class);
  private static final int MAX_REGIONS = 32;
  private static final int MAX_PORT = 65535;
  private static final String OCTET = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
  private static final String IPV4 = OCTET + "(\\." + OCTET + "){3}";

  /** What has been used already within one cluster, and on which line. */
  private static final class Taken {
    private final Map<String, Integer> lines = new HashMap<>();
  }

  private final String file;

  ClusterConfigBuilder(String file) {
    this.file = file;
  }

  List<ClusterConfig> build(List<Stanza> stanzas) throws ConfigException {
    Map<String, Stanza> clusters = new HashMap<>();
    List<String> order = new ArrayList<>();
    for (Stanza stanza : stanzas) {
      if (stanza.type().equals("cluster")) {
        String name = clusterName(stanza);
        if (clusters.put(name, stanza) != null) {
          throw error(stanza.lineOf("name"), "cluster '" + name + "' is defined twice");
        }
        order.add(name);
      }
    }
    for (Stanza stanza : stanzas) {
      boolean belongs = stanza.type().equals("node") || stanza.type().equals("heartbeat");
      if (belongs && !clusters.containsKey(stanza.text("cluster"))) {
        throw error(
            stanza.lineOf("cluster"),
            stanza.type() + " of cluster '" + stanza.text("cluster") + "', which is not defined");
      }
    }
    List<ClusterConfig> built = new ArrayList<>();
    for (String name : order) {
      built.add(cluster(clusters.get(name), stanzas));
    }
    stanzas.forEach(this::warnOfUnknownKeys);
    return built;
  }

  private void warnOfUnknownKeys(Stanza stanza) {
    for (String key : stanza.unasked()) {
      LOG.warn(
          "{} line {}: '{}' of this {} means nothing here",
          file,
          stanza.lineOf(key),
          key,
          stanza.type());
    }
  }

  private String clusterName(Stanza stanza) throws ConfigException {
    String name = stanza.text("name");
    if (!name.matches("[0-9A-Za-z]{1,16}")) {
      throw error(
          stanza.lineOf("name"), "cluster name '" + name + "' is not 1 to 16 letters and digits");
    }
    return name;
  }

  private ClusterConfig cluster(Stanza cluster, List<Stanza> stanzas) throws ConfigException {
    String name = cluster.text("name");
    List<ClusterNode> nodes = new ArrayList<>();
    List<String> regions = new ArrayList<>();
    Taken taken = new Taken();
    for (Stanza stanza : stanzas) {
      if (stanza.type().equals("node") && stanza.text("cluster").equals(name)) {
        nodes.add(node(stanza, taken));
      } else if (stanza.type().equals("heartbeat") && stanza.text("cluster").equals(name)) {
        regions.add(region(stanza, regions));
      }
    }
    int count = cluster.number("node_count", 0, ClusterNode.MAX_NODES);
    if (count != nodes.size()) {
      throw error(
          cluster.lineOf("node_count"),
          "node_count is " + count + " but cluster '" + name + "' has " + nodes.size() + " nodes");
    }
    nodes.sort(Comparator.comparingInt(ClusterNode::number));
    return new ClusterConfig(name, heartbeatMode(cluster), nodes, regions, tuning(cluster, nodes));
  }

  private HeartbeatMode heartbeatMode(Stanza cluster) throws ConfigException {
    String mode = choice(cluster, "heartbeat_mode", "local", "global");
    return HeartbeatMode.valueOf(mode.toUpperCase(Locale.ROOT));
  }

  private Tuning tuning(Stanza cluster, List<ClusterNode> nodes) throws ConfigException {
    return new Tuning(
        choice(cluster, "timing", "fast", "ocfs2"),
        choice(cluster, "membership", "hazelcast", "static").equals("hazelcast"),
        stack(cluster),
        choice(cluster, "plock", "internal", "external").equals("external"),
        new FencingBuilder(file, cluster).build(nodes),
        expectedVotes(cluster, nodes.size()));
  }

  /** Two sides without a common node must not both have more than half of the votes. */
  private int expectedVotes(Stanza cluster, int nodes) throws ConfigException {
    boolean votes = choice(cluster, "quorum", "disk", "votes").equals("votes");
    if (!cluster.has("expected_votes")) {
      return votes ? nodes : 0;
    }
    int line = cluster.lineOf("expected_votes");
    if (!votes) {
      throw error(line, "expected_votes means nothing without quorum = votes");
    }
    int expected = cluster.number("expected_votes", 1, ClusterNode.MAX_NODES);
    int majority = expected / 2 + 1;
    if (majority > nodes) {
      throw error(
          line,
          "expected_votes = " + expected + " needs " + majority + " nodes, there are " + nodes);
    }
    if (2 * majority <= nodes) {
      throw error(
          line,
          "expected_votes = " + expected + " lets two halves of " + nodes + " nodes go on at once");
    }
    return expected;
  }

  /** As mkfs.ocfs2 and tunefs.ocfs2 stamp it on volumes. */
  private String stack(Stanza cluster) throws ConfigException {
    if (!cluster.has("cluster_stack")) {
      return Tuning.DEFAULT.stack();
    }
    String label = cluster.text("cluster_stack");
    if (!label.matches("[0-9A-Za-z]{4}")) {
      throw error(
          cluster.lineOf("cluster_stack"),
          "cluster_stack '" + label + "' is not 4 letters and digits");
    }
    return label;
  }

  /** Returns the value of a key that has one of two values; the first if it is absent. */
  private String choice(Stanza cluster, String key, String first, String second)
      throws ConfigException {
    if (!cluster.has(key)) {
      return first;
    }
    String value = cluster.text(key);
    if (!value.equals(first) && !value.equals(second)) {
      throw error(
          cluster.lineOf(key), key + " '" + value + "' is neither " + first + " nor " + second);
    }
    return value;
  }

  private String region(Stanza stanza, List<String> regions) throws ConfigException {
    String region = stanza.text("region");
    int line = stanza.lineOf("region");
    if (!region.matches("[0-9A-Fa-f]{32}")) {
      throw error(line, "region '" + region + "' is not a UUID of 32 hexadecimal digits");
    }
    if (regions.contains(region)) {
      throw error(line, "region " + region + " is listed twice");
    }
    if (regions.size() == MAX_REGIONS) {
      throw error(line, "more than " + MAX_REGIONS + " heartbeat regions");
    }
    return region;
  }

  private ClusterNode node(Stanza stanza, Taken taken) throws ConfigException {
    int number = stanza.number("number", 0, ClusterNode.MAX_NODES - 1);
    claim(taken, "node number " + number, stanza.lineOf("number"));
    String name = stanza.text("name");
    if (!name.matches("[0-9A-Za-z._-]{1,64}")) {
      throw error(stanza.lineOf("name"), "node name '" + name + "' is not a host name");
    }
    claim(taken, "node name '" + name + "'", stanza.lineOf("name"));
    Inet4Address address = address(stanza);
    int port = stanza.number("ip_port", 1, MAX_PORT);
    claim(taken, "address " + address.getHostAddress() + ":" + port, stanza.lineOf("ip_port"));
    int membershipPort = membershipPort(stanza, port);
    claim(
        taken,
        "address " + address.getHostAddress() + ":" + membershipPort,
        stanza.lineOf(stanza.has("membership_port") ? "membership_port" : "ip_port"));
    return new ClusterNode(number, name, address, port, membershipPort);
  }

  private int membershipPort(Stanza stanza, int port) throws ConfigException {
    if (stanza.has("membership_port")) {
      return stanza.number("membership_port", 1, MAX_PORT);
    }
    if (port == MAX_PORT) {
      throw error(
          stanza.lineOf("ip_port"), "ip_port " + port + " leaves no port for membership_port");
    }
    return port + 1;
  }

  private Inet4Address address(Stanza stanza) throws ConfigException {
    String text = stanza.text("ip_address");
    if (text.matches(IPV4)) {
      try {
        return (Inet4Address) InetAddress.getByName(text);
      } catch (UnknownHostException e) {
        throw new AssertionError("a literal address is never looked up", e);
      }
    }
    throw error(stanza.lineOf("ip_address"), "ip_address '" + text + "' is not an IPv4 address");
  }

  private void claim(Taken taken, String what, int line) throws ConfigException {
    Integer first = taken.lines.putIfAbsent(what, line);
    if (first != null) {
      throw error(line, what + " is already used on line " + first);
    }
  }

  private ConfigException error(int line, String reason) {
    return new ConfigException(file, line, reason);
  }
}
