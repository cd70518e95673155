package org.lockstepfs.stack.config;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * One cluster of a {@code cluster.conf}: immutable, checked.
 *
 * <p>Guarantees: node numbers, names and socket addresses are unique; numbers are 0 to 254; ports 1
 * to 65535.
 *
 * @param name cluster name, 1 to 16 letters and digits
 * @param heartbeatMode local unless the file says global
 * @param nodes by ascending number
 * @param heartbeatRegions UUIDs of global heartbeat regions, at most 32
 * @param tuning what only Lockstep knows
 */
public record ClusterConfig(
    String name,
    HeartbeatMode heartbeatMode,
    List<ClusterNode> nodes,
    List<String> heartbeatRegions,
    Tuning tuning) {

  /** Largest configuration file that is read, in bytes. */
  static final int MAX_FILE_BYTES = 1 << 20;

  /** Copies the lists. */
  public ClusterConfig {
    nodes = List.copyOf(nodes);
    heartbeatRegions = List.copyOf(heartbeatRegions);
  }

  /**
   * Reads a file that defines exactly one cluster.
   *
   * @throws ConfigException if a line is malformed, a value is out of range or clusters are none or
   *     many
   * @throws IOException if the file cannot be read
   */
  public static ClusterConfig read(Path file) throws IOException {
    List<ClusterConfig> clusters = readAll(file);
    if (clusters.size() != 1) {
      List<String> names = clusters.stream().map(ClusterConfig::name).toList();
      throw new ConfigException(
          file.toString(), 0, "defines " + names.size() + " clusters " + names + ", need one");
    }
    return clusters.get(0);
  }

  /**
   * Reads the cluster with the given name from a file that may define several.
   *
   * @throws ConfigException as {@link #read(Path)}, or if no cluster has that name
   */
  public static ClusterConfig read(Path file, String clusterName) throws IOException {
    for (ClusterConfig cluster : readAll(file)) {
      if (cluster.name().equals(clusterName)) {
        return cluster;
      }
    }
    throw new ConfigException(file.toString(), 0, "no cluster named '" + clusterName + "'");
  }

  private static List<ClusterConfig> readAll(Path file) throws IOException {
    long size = Files.size(file);
    if (size > MAX_FILE_BYTES) {
      throw new ConfigException(file.toString(), 0, "larger than " + MAX_FILE_BYTES + " bytes");
    }
    String text = new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
    return parse(file.toString(), text);
  }

  /**
   * Parses the text of a configuration.
   *
   * @param file the name that error messages show
   */
  public static List<ClusterConfig> parse(String file, String text) throws ConfigException {
    return new ClusterConfigBuilder(file).build(StanzaParser.parse(file, text));
  }

  /** Returns the node with a number. */
  public Optional<ClusterNode> node(int number) {
    return nodes.stream().filter(n -> n.number() == number).findFirst();
  }

  /** Returns the node with a name. */
  public Optional<ClusterNode> node(String nodeName) {
    return nodes.stream().filter(n -> n.name().equals(nodeName)).findFirst();
  }
}
