package org.lockstepfs.stack.mailbox;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/** Brings a pure engine the time it has asked for. Used inside one mailbox. */
public final class EngineTimer {
  private final ScheduledExecutorService executor;
  private final LongSupplier nanoClock;
  private final Runnable due;
  private long armedForMs = Long.MAX_VALUE;
  private ScheduledFuture<?> armed;
  private boolean cancelled;

  /**
   * Makes a timer.
   *
   * @param due called on the executor's thread; posts to the mailbox
   */
  public EngineTimer(ScheduledExecutorService executor, LongSupplier nanoClock, Runnable due) {
    this.executor = executor;
    this.nanoClock = nanoClock;
    this.due = due;
  }

  /** Returns the time in milliseconds on the given clock. */
  public long nowMs() {
    return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong());
  }

  /** Arms the timer unless it will ring in time anyway. */
  public void want(long deadlineMs) {
    if (cancelled || deadlineMs >= armedForMs) {
      return;
    }
    if (armed != null) {
      armed.cancel(false);
    }
    armedForMs = deadlineMs;
    try {
      long delayMs = Math.max(1, deadlineMs - nowMs());
      armed = executor.schedule(due, delayMs, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      armed = null;
    }
  }

  /** To be called in the mailbox when it has rung. */
  public void rung() {
    armedForMs = Long.MAX_VALUE;
    armed = null;
  }

  /** Never rings again. */
  public void cancel() {
    cancelled = true;
    if (armed != null) {
      armed.cancel(false);
    }
  }
}
