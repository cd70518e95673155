package org.lockstepfs.stack.glue;

import java.util.concurrent.atomic.LongAdder;
import java.util.function.LongSupplier;
import jnr.constants.platform.Errno;

/** What a volume's byte-range locks have done so far. Thread-safe. */
public final class PlockStats {
  private final LongSupplier nanoTime;
  private final LongAdder requests = new LongAdder();
  private final LongAdder remote = new LongAdder();
  private final LongAdder messages = new LongAdder();
  private final LongAdder granted = new LongAdder();
  private final LongAdder conflicts = new LongAdder();
  private final LongAdder deadlocks = new LongAdder();
  private final LongAdder interrupted = new LongAdder();
  private final LongAdder failures = new LongAdder();
  private final LongAdder waits = new LongAdder();
  private final LongAdder waitNanos = new LongAdder();
  private final LongAdder waiting = new LongAdder();

  /**
   * Makes counters at zero.
   *
   * @param nanoTime as {@link System#nanoTime}
   */
  public PlockStats(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
  }

  /** A lock request under way; used by one thread at a time. */
  public final class Request {
    private final long begun = nanoTime.getAsLong();
    private boolean left;
    private boolean ended;

    /** It is not answered yet when the call returns. */
    public void left() {
      if (!ended) {
        left = true;
        waiting.increment();
      }
    }

    /** It is answered; null is success. */
    public void ended(Errno result) {
      ended = true;
      count(result);
      if (left) {
        waiting.decrement();
        waits.increment();
        waitNanos.add(nanoTime.getAsLong() - begun);
      }
    }
  }

  /** Counts a lock request. */
  public Request request() {
    requests.increment();
    return new Request();
  }

  /** Counts a message to another node. */
  public void message() {
    messages.increment();
  }

  /** Counts a lock request that other nodes had to be asked about. */
  public void remote() {
    remote.increment();
  }

  private void count(Errno result) {
    if (result == null) {
      granted.increment();
      return;
    }
    switch (result) {
      case EAGAIN -> conflicts.increment();
      case EDEADLK -> deadlocks.increment();
      case EINTR -> interrupted.increment();
      default -> failures.increment();
    }
  }

  /** Returns the lock requests so far. */
  public long requests() {
    return requests.sum();
  }

  /** Returns the requests that other nodes had to be asked about. */
  public long remoteRequests() {
    return remote.sum();
  }

  /** Returns the messages sent to other nodes, those for unlocks and tests included. */
  public long messages() {
    return messages.sum();
  }

  /** Returns the requests that were granted. */
  public long granted() {
    return granted.sum();
  }

  /** Returns the requests refused because of another lock. */
  public long conflicts() {
    return conflicts.sum();
  }

  /** Returns the requests refused because they would have waited for each other. */
  public long deadlocks() {
    return deadlocks.sum();
  }

  /** Returns the requests that ended by a signal or a close. */
  public long interrupted() {
    return interrupted.sum();
  }

  /** Returns the requests that failed otherwise. */
  public long failures() {
    return failures.sum();
  }

  /** Returns the requests that were not answered at once but later. */
  public long waits() {
    return waits.sum();
  }

  /** Returns how long those took together, in nanoseconds. */
  public long waitNanos() {
    return waitNanos.sum();
  }

  /** Returns the requests that are not answered yet. */
  public long waiting() {
    return waiting.sum();
  }
}
