package org.lockstepfs.stack.fence;

import java.util.concurrent.CompletableFuture;

/**
 * Makes sure that a node that has fallen silent can write no more, before anybody takes over what
 * it held.
 */
@FunctionalInterface
public interface PeerFence extends AutoCloseable {
  /** Trusts the deadline at which a silent node stops itself. */
  PeerFence NONE = node -> CompletableFuture.completedFuture(null);

  /**
   * Fences a node. Never blocks.
   *
   * @param node its number
   * @return completes, on any thread, when the node can write no more; does not complete before,
   *     and does not fail
   */
  CompletableFuture<Void> fence(int node);

  /** Gives up; who is not fenced by now stays so. */
  @Override
  default void close() {}
}
