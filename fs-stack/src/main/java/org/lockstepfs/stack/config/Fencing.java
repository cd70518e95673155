package org.lockstepfs.stack.config;

import java.util.List;
import java.util.Map;

/**
 * How silent nodes are fenced from outside, besides their own deadline. Keys of the cluster stanza.
 *
 * @param agent program that follows the calling convention of the fence-agents (FenceAgentAPI), key
 *     {@code fence_agent}: an absolute path; empty if there is none
 * @param options lines {@code name=value} that the agent reads first, key {@code fence_options}:
 *     separated by blanks
 * @param plugs what the agent calls a node, by node name, key {@code fence_plugs}: {@code
 *     node:plug} separated by blanks; the node's name where there is none
 * @param timeoutSeconds after which an attempt has failed and is stopped, key {@code
 *     fence_timeout}: 1 to 3600, default 60
 * @param unfences whether a node calls the agent for itself with action {@code on} when it starts,
 *     key {@code fence_unfence}: {@code no} (default) or {@code yes}, as agents need that keep a
 *     fenced node away from the storage
 */
public record Fencing(
    String agent,
    List<String> options,
    Map<String, String> plugs,
    int timeoutSeconds,
    boolean unfences) {
  /** Nodes stop themselves; nothing else does. */
  public static final Fencing NONE = new Fencing("", List.of(), Map.of(), 60, false);

  /** Copies the collections. */
  public Fencing {
    options = List.copyOf(options);
    plugs = Map.copyOf(plugs);
  }

  /** Returns whether there is an agent. */
  public boolean isConfigured() {
    return !agent.isEmpty();
  }

  /** Returns what the agent calls a node. */
  public String plug(String node) {
    return plugs.getOrDefault(node, node);
  }
}
