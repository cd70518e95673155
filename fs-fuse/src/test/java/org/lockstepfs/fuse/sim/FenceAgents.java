package org.lockstepfs.fuse.sim;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import org.lockstepfs.locks.sim.SeededScheduler;
import org.lockstepfs.stack.sim.SimWorld;

/**
 * What fence agents do: each attempt succeeds after a while, fails, or gives no answer in time.
 * Whoever is fenced is shut out at the storage, and ends; who asks is not told apart from others.
 */
final class FenceAgents {
  private static final int WORKS_PERCENT = 60;
  private static final int WORKS_UNNOTICED_PERCENT = 30;
  private static final int HANGS_PERCENT = 30;
  private static final long TIMEOUT_MS = 6_000;

  private final Cluster cluster;
  private final SimWorld world;
  private final SeededScheduler random;

  FenceAgents(Cluster cluster) {
    this.cluster = cluster;
    this.world = cluster.world;
    this.random = cluster.random;
  }

  /** A node has its agent shut out another, in whatever life that is. */
  CompletableFuture<Void> off(Life by, int node) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    boolean works = cluster.faultsAreOver() || random.chance(WORKS_PERCENT);
    boolean shutsOut = works || random.chance(WORKS_UNNOTICED_PERCENT);
    boolean hangs = !works && random.chance(HANGS_PERCENT);
    long takes = hangs ? TIMEOUT_MS * SimWorld.MS : world.between(100, 3_000);
    random.trace(
        () -> by.number + ": its agent fences " + node + (works ? "" : shutsOut ? " ?" : " not"));
    world.after(
        takes,
        () -> {
          if (shutsOut) {
            cluster.shutOut(node);
          }
          by.resume(() -> answer(done, works));
        });
    return done;
  }

  private static void answer(CompletableFuture<Void> done, boolean works) {
    if (works) {
      done.complete(null);
    } else {
      done.completeExceptionally(new IOException("simulated"));
    }
  }
}
