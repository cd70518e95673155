package org.lockstepfs.stack.fence;

import java.util.concurrent.TimeUnit;

/**
 * Until when one heartbeat region lets this node write. Made by {@link SelfFence#deadline}; without
 * effect until it is armed. Thread-safe.
 */
public final class Deadline {
  private final SelfFence fence;
  private final String region;
  private final long timeoutNanos;
  private final Runnable lastWords;
  private volatile boolean armed;
  private volatile long atNanos;

  Deadline(SelfFence fence, String region, long timeoutMs, Runnable lastWords) {
    this.fence = fence;
    this.region = region;
    this.timeoutNanos = TimeUnit.MILLISECONDS.toNanos(timeoutMs);
    this.lastWords = lastWords;
  }

  /**
   * The peers count from this instant or later: arms the deadline, or moves it on. It never moves
   * back, and one that has passed moves no more: the node is fenced then.
   *
   * @param sinceNanos when the last completed heartbeat write began, on the fence's clock
   */
  public synchronized void renew(long sinceNanos) {
    long next = sinceNanos + timeoutNanos;
    if (!armed) {
      atNanos = next;
      armed = true;
    } else if (hasPassed()) {
      fence.fence(reason());
    } else if (next - atNanos > 0) {
      atNanos = next;
    }
  }

  /** Takes the deadline away: this node writes nothing there any more. */
  public synchronized void disarm() {
    armed = false;
  }

  boolean isArmed() {
    return armed;
  }

  /** Returns whether the node must not write any more because of this region. */
  public boolean hasPassed() {
    return armed && leftNanos() <= 0;
  }

  long leftNanos() {
    return atNanos - fence.nowNanos();
  }

  String reason() {
    return "no heartbeat on "
        + region
        + " for "
        + TimeUnit.NANOSECONDS.toMillis(timeoutNanos - leftNanos())
        + " ms";
  }

  /** Lets the region tell the peers that this node is gone, if it may still write. */
  void sayLastWords() {
    if (armed && !hasPassed()) {
      lastWords.run();
    }
  }
}
