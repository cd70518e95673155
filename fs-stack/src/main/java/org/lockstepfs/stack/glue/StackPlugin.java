package org.lockstepfs.stack.glue;

/**
 * One kind of cluster stack. Implementations are found by {@link java.util.ServiceLoader} and need
 * a public constructor without parameters that does nothing.
 */
public interface StackPlugin {

  /** Returns the name, as {@code active_cluster_plugin} shows it: "o2cb" or "user". */
  String name();

  /** Returns whether this plug-in is the one for a cluster stack's label. */
  boolean serves(String label);

  /** Makes the running stack; starts nothing that costs anything before the first connection. */
  StackOperations load(StackEnvironment environment, String label);
}
