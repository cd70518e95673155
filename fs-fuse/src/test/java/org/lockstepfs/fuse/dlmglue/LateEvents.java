package org.lockstepfs.fuse.dlmglue;

import java.util.PriorityQueue;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Runs actions on two threads, each after a random delay. */
final class LateEvents implements AutoCloseable {
  private static final int THREADS = 2;

  private record Event(long dueNanos, long order, Runnable action) {}

  private final Random random;
  private final long maxDelayNanos;
  private final Queue<String> violations;
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(
          (a, b) ->
              a.dueNanos() != b.dueNanos()
                  ? Long.compare(a.dueNanos(), b.dueNanos())
                  : Long.compare(a.order(), b.order()));
  private long orders;
  private boolean closed;

  /**
   * Starts the threads.
   *
   * @param violations hears of actions that throw
   */
  LateEvents(long seed, long maxDelayMicros, Queue<String> violations) {
    this.random = new Random(seed);
    this.maxDelayNanos = TimeUnit.MICROSECONDS.toNanos(maxDelayMicros);
    this.violations = violations;
    for (int i = 0; i < THREADS; i++) {
      Thread thread = new Thread(this::deliver, "fake-dlm-" + i);
      thread.setDaemon(true);
      thread.start();
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
  }

  synchronized void later(Runnable action) {
    long delay = maxDelayNanos == 0 ? 0 : (long) (random.nextDouble() * maxDelayNanos);
    events.add(new Event(System.nanoTime() + delay, orders++, action));
    notifyAll();
  }

  private void deliver() {
    try {
      for (Event event = next(); event != null; event = next()) {
        event.action().run();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException | Error e) {
      violations.add("callback threw " + e);
      throw e;
    }
  }

  /** Waits for the next event that is due; null at the end. */
  private synchronized Event next() throws InterruptedException {
    while (!closed) {
      long wait =
          events.isEmpty()
              ? TimeUnit.SECONDS.toNanos(1)
              : events.element().dueNanos() - System.nanoTime();
      if (wait <= 0) {
        return events.remove();
      }
      TimeUnit.NANOSECONDS.timedWait(this, wait);
    }
    return null;
  }
}
