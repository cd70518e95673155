package org.lockstepfs.stack.fence;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;
import org.lockstepfs.blockdev.device.WriteGuard;

/**
 * The switch that stops a node: thrown by a deadline that passes, or by quorum; never taken back.
 * Thread-safe.
 *
 * <p>From the moment it is thrown no write begins on any device that it guards. Two threads of its
 * own do the rest, so that nothing depends on one that may be blocked: one cuts applications off,
 * waits for the writes under way, tells the peers and ends the process; the other watches the
 * deadlines and ends the process if the first does not get there.
 */
public final class SelfFence implements WriteGuard {
  private static final long LONGEST_PARK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
  private static final long DRAIN_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  /** Time for cutting off applications and for last words; then the process ends without. */
  private static final long GRACE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Fence fence;
  private final LongSupplier nanoClock;
  private final List<Deadline> deadlines = new CopyOnWriteArrayList<>();
  private final AtomicReference<String> reason = new AtomicReference<>();
  private final AtomicInteger writes = new AtomicInteger();
  private volatile Thread lastWriter;
  private volatile Thread actor;

  /**
   * Makes a switch that watches nothing by itself before {@link #start}.
   *
   * @param nanoClock monotonic; goes on while the process or the machine stands still
   */
  public SelfFence(Fence fence, LongSupplier nanoClock) {
    this.fence = fence;
    this.nanoClock = nanoClock;
  }

  /** Starts the two threads. */
  public void start() {
    actor = daemon(this::act, "fence");
    daemon(this::watch, "fence-watchdog");
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    thread.start();
    return thread;
  }

  /**
   * Makes the deadline of a heartbeat region.
   *
   * @param region how messages name it
   * @param timeoutMs how long after the start of the last completed heartbeat write it passes
   * @param lastWords tells the peers on the region's disk that this node is gone; called after the
   *     last write, at most once, on a thread that may still write
   */
  public Deadline deadline(String region, long timeoutMs, Runnable lastWords) {
    Deadline deadline = new Deadline(this, region, timeoutMs, lastWords);
    deadlines.add(deadline);
    return deadline;
  }

  /** Forgets a deadline. */
  public void remove(Deadline deadline) {
    deadline.disarm();
    deadlines.remove(deadline);
  }

  /**
   * Throws the switch; returns at once. Only the first reason counts.
   *
   * @param why one line
   */
  public void fence(String why) {
    if (reason.compareAndSet(null, why)) {
      LockSupport.unpark(actor);
    }
  }

  /** Returns whether the switch is thrown. */
  public boolean isFenced() {
    return reason.get() != null;
  }

  /**
   * Returns whether the switch is thrown, after a look at the deadlines: a node that was stopped
   * past one must say nothing from its first moment on, for others may have what it had.
   */
  public boolean isPastDeadline() {
    return checkDeadlines() || isFenced();
  }

  /** Returns the reason, or null. */
  public String reason() {
    return reason.get();
  }

  /** Returns the clock that deadlines are measured on. */
  public LongSupplier clock() {
    return nanoClock;
  }

  long nowNanos() {
    return nanoClock.getAsLong();
  }

  /** Returns the time to the next deadline; a large number if none is armed. */
  public long marginNanos() {
    long margin = Long.MAX_VALUE;
    for (Deadline deadline : deadlines) {
      if (deadline.isArmed()) {
        margin = Math.min(margin, deadline.leftNanos());
      }
    }
    return margin;
  }

  /** Throws the switch if a deadline has passed; returns whether one has. */
  public boolean checkDeadlines() {
    boolean passed = false;
    for (Deadline deadline : deadlines) {
      if (deadline.hasPassed()) {
        passed = true;
        fence(deadline.reason());
      }
    }
    return passed;
  }

  @Override
  public void begin() throws IOException {
    // Counted first: who waits for the count to reach zero has thrown the switch before.
    writes.incrementAndGet();
    boolean late = checkDeadlines();
    String why = reason.get();
    if (why != null && (late || Thread.currentThread() != lastWriter)) {
      writes.decrementAndGet();
      throw new IOException("fenced: " + why);
    }
  }

  @Override
  public void end() {
    writes.decrementAndGet();
  }

  /** Waits until the switch is thrown and does what that means. */
  public void act() {
    while (!isFenced()) {
      LockSupport.parkNanos(this, LONGEST_PARK_NANOS);
    }
    try {
      fence.cutOff(reason.get());
      if (drained()) {
        lastWriter = Thread.currentThread();
        deadlines.forEach(Deadline::sayLastWords);
      }
    } finally {
      lastWriter = null;
      fence.halt();
    }
  }

  private boolean drained() {
    long begun = nowNanos();
    while (writes.get() > 0) {
      if (nowNanos() - begun > DRAIN_NANOS) {
        return false;
      }
      LockSupport.parkNanos(this, TimeUnit.MILLISECONDS.toNanos(1));
    }
    return true;
  }

  private void watch() {
    while (!isFenced()) {
      LockSupport.parkNanos(this, Math.min(LONGEST_PARK_NANOS, Math.max(1, marginNanos())));
      checkDeadlines();
    }
    long begun = nowNanos();
    while (nowNanos() - begun < GRACE_NANOS) {
      LockSupport.parkNanos(this, LONGEST_PARK_NANOS);
    }
    fence.halt();
  }
}
