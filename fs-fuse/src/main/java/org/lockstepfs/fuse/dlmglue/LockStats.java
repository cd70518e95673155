package org.lockstepfs.fuse.dlmglue;

import java.util.concurrent.atomic.LongAdder;

/** What happened to the locks of one type since the volume was mounted. All methods are cheap. */
public final class LockStats {
  private final LongAdder cached = new LongAdder();
  private final LongAdder uncached = new LongAdder();
  private final LongAdder waits = new LongAdder();
  private final LongAdder waitNanos = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder refreshes = new LongAdder();
  private final LongAdder basts = new LongAdder();
  private final LongAdder downconverts = new LongAdder();

  /** Returns the number of times that a lock was asked for. */
  public long requests() {
    return cached.sum() + uncached.sum();
  }

  /** Returns how many requests needed neither a message nor a wait. */
  public long cached() {
    return cached.sum();
  }

  /** Returns how many requests waited, for the cluster or for another thread's request. */
  public long waits() {
    return waits.sum();
  }

  /** Returns how long requests waited, in nanoseconds. */
  public long waitNanos() {
    return waitNanos.sum();
  }

  /** Returns how many requests ended with an error, EAGAIN included. */
  public long failures() {
    return failures.sum();
  }

  /** Returns how often a cache was brought up to date after the lock had been away. */
  public long refreshes() {
    return refreshes.sum();
  }

  /** Returns how often another node asked for a lock that this node held. */
  public long basts() {
    return basts.sum();
  }

  /** Returns how often a lock was given down for another node. */
  public long downconverts() {
    return downconverts.sum();
  }

  void countCached() {
    cached.increment();
  }

  void countUncached() {
    uncached.increment();
  }

  void countWait(long nanos) {
    waits.increment();
    waitNanos.add(nanos);
  }

  void countFailure() {
    failures.increment();
  }

  void countRefresh() {
    refreshes.increment();
  }

  void countBast() {
    basts.increment();
  }

  void countDownconvert() {
    downconverts.increment();
  }
}
