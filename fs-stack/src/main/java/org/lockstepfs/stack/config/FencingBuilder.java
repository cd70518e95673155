package org.lockstepfs.stack.config;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads what a cluster stanza says of {@link Fencing}. */
final class FencingBuilder {
  private static final int MAX_TIMEOUT_SECONDS = 3600;

  private final String file;
  private final Stanza cluster;

  FencingBuilder(String file, Stanza cluster) {
    this.file = file;
    this.cluster = cluster;
  }

  Fencing build(List<ClusterNode> nodes) throws ConfigException {
    if (!cluster.has("fence_agent")) {
      return Fencing.NONE;
    }
    String agent = cluster.text("fence_agent");
    if (!agent.startsWith("/")) {
      throw error("fence_agent", "fence_agent '" + agent + "' is not an absolute path");
    }
    return new Fencing(
        agent,
        options(),
        plugs(nodes),
        cluster.has("fence_timeout")
            ? cluster.number("fence_timeout", 1, MAX_TIMEOUT_SECONDS)
            : Fencing.NONE.timeoutSeconds(),
        unfences());
  }

  private List<String> words(String key) throws ConfigException {
    return cluster.has(key) ? List.of(cluster.text(key).trim().split("\\s+")) : List.of();
  }

  private List<String> options() throws ConfigException {
    List<String> options = words("fence_options");
    for (String option : options) {
      if (!option.matches("[0-9A-Za-z_-]+=.*")) {
        throw error("fence_options", "fence option '" + option + "' is not name=value");
      }
    }
    return options;
  }

  private Map<String, String> plugs(List<ClusterNode> nodes) throws ConfigException {
    Map<String, String> plugs = new HashMap<>();
    for (String word : words("fence_plugs")) {
      int colon = word.indexOf(':');
      String node = word.substring(0, Math.max(0, colon));
      if (nodes.stream().noneMatch(n -> n.name().equals(node))) {
        throw error("fence_plugs", "fence plug '" + word + "' is not NODE:PLUG of a node");
      }
      plugs.put(node, word.substring(colon + 1));
    }
    return plugs;
  }

  private boolean unfences() throws ConfigException {
    if (!cluster.has("fence_unfence")) {
      return false;
    }
    String value = cluster.text("fence_unfence");
    if (!value.equals("yes") && !value.equals("no")) {
      throw error("fence_unfence", "fence_unfence '" + value + "' is neither yes nor no");
    }
    return value.equals("yes");
  }

  private ConfigException error(String key, String reason) {
    return new ConfigException(file, cluster.lineOf(key), reason);
  }
}
