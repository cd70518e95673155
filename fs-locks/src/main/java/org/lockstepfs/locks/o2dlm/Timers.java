package org.lockstepfs.locks.o2dlm;

import java.util.Comparator;
import java.util.PriorityQueue;

/** What the engine will do at a later time; time moves only when the driver says so. */
final class Timers {
  private record Entry(long dueMs, long order, Runnable action) {}

  private final PriorityQueue<Entry> queue =
      new PriorityQueue<>(Comparator.comparingLong(Entry::dueMs).thenComparingLong(Entry::order));
  private boolean running;
  private long nowMs;
  private long count;

  long nowMs() {
    return nowMs;
  }

  void after(long delayMs, Runnable action) {
    queue.add(new Entry(nowMs + delayMs, count++, action));
  }

  /** Advances time and runs what is due, in order; what that adds for now runs, too. */
  void advance(long toMs) {
    // The first time is the origin, and a monotonic clock may well be negative.
    nowMs = running ? Math.max(nowMs, toMs) : toMs;
    running = true;
    while (!queue.isEmpty() && queue.peek().dueMs <= nowMs) {
      queue.remove().action.run();
    }
  }

  long nextDueMs() {
    return queue.isEmpty() ? Long.MAX_VALUE : queue.peek().dueMs;
  }
}
