package org.lockstepfs.stack.node;

import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Makes heartbeat generations, which are also the incarnations of a node's lives: never zero, never
 * the same twice, and growing from start to start as long as the wall clock does not jump back.
 *
 * <p>The kernel draws them at random; nobody compares them but for equality.
 */
final class Generations {
  private static final int RANDOM_BITS = 20;

  private final LongSupplier wallClockMs;
  private final LongSupplier random;
  private final AtomicLong last = new AtomicLong();

  Generations(LongSupplier wallClockMs, LongSupplier random) {
    this.wallClockMs = wallClockMs;
    this.random = random;
  }

  long next() {
    long drawn =
        (wallClockMs.getAsLong() << RANDOM_BITS) | (random.getAsLong() & ((1L << RANDOM_BITS) - 1));
    return last.updateAndGet(before -> Math.max(before + 1, drawn));
  }
}
