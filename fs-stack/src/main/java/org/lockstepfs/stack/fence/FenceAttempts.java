package org.lockstepfs.stack.fence;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tries to fence nodes again and again, until it succeeds. Thread-safe. */
final class FenceAttempts implements PeerFence {
  private static final Logger LOG = LoggerFactory.getLogger(FenceAttempts.class);
  private static final long RETRY_MS = 2_000;

  /** What is tried. */
  interface Agent {
    /**
     * Begins an attempt, on the executor's thread.
     *
     * @return completes when the node can write no more; fails with one line if that is not certain
     */
    CompletableFuture<Void> off(int node);
  }

  private final Agent agent;
  private final ScheduledExecutorService executor;

  /**
   * Makes attempts when asked to.
   *
   * @param executor one thread, shut down by {@link #close}
   */
  FenceAttempts(Agent agent, ScheduledExecutorService executor) {
    this.agent = agent;
    this.executor = executor;
  }

  @Override
  public CompletableFuture<Void> fence(int node) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    attempt(node, done, 1, 0);
    return done;
  }

  private void attempt(int node, CompletableFuture<Void> done, int count, long delayMs) {
    try {
      executor.schedule(() -> off(node, done, count), delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("left before node {} was fenced", node);
    }
  }

  private void off(int node, CompletableFuture<Void> done, int count) {
    agent
        .off(node)
        .whenComplete(
            (ok, error) -> {
              if (error == null) {
                done.complete(null);
              } else {
                LOG.error(
                    "attempt {} failed, what node {} held stays locked: {}",
                    count,
                    node,
                    error.getMessage());
                attempt(node, done, count + 1, RETRY_MS);
              }
            });
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
