package org.lockstepfs.stack.glue;

/**
 * Hears of members that died with what they had under way on the volume ({@code
 * recovery_handler_func} of {@code ocfs2_cluster_connect}).
 *
 * <p>Called before any lock that the dead node held can be granted to another: whoever is told
 * marks the node's slot for recovery at once, so that nobody trusts metadata whose changes are
 * still in the dead node's journal. Members that leave are not told of.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/stackglue.h; dlm/dlmdomain.c, dlm_fire_domain_eviction_callbacks.
 */
@FunctionalInterface
public interface RecoveryHandler {

  /** For connections of which nobody needs to hear. */
  RecoveryHandler NONE = node -> {};

  /** A member of the volume's domain died. Must not block: the lock manager waits. */
  void nodeDown(int node);

  /**
   * A member that died is a member again, in a new life; every other member knows of its death.
   * Must not block.
   */
  default void nodeBack(int node) {}
}
