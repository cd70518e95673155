package org.lockstepfs.locks.plock;

/** How a request ended. The value on the wire is a negative Linux errno, as in dlm_plock_info. */
public enum PlockResult {
  /** Done: locked, unlocked, tested or closed. */
  GRANTED(0),
  /** EAGAIN: somebody holds a conflicting lock and the request does not wait. */
  AGAIN(-11),
  /** EDEADLK: waiting would close a cycle of owners that wait for each other. */
  DEADLOCK(-35),
  /** EINTR: withdrawn by cancel or close while it waited. */
  INTERRUPTED(-4),
  /** ENOLCK: a bound on locks, waiters, files or requests is reached. */
  NO_LOCKS(-37),
  /** EIO: the engine was shut down. */
  IO_ERROR(-5);

  private static final PlockResult[] VALUES = values();

  private final int wire;

  PlockResult(int wire) {
    this.wire = wire;
  }

  /** Returns the value on the wire, 0 or a negative errno. */
  public int wire() {
    return wire;
  }

  /**
   * Returns the result of a wire value.
   *
   * @throws IllegalArgumentException if no result has this value
   */
  public static PlockResult ofWire(int wire) {
    for (PlockResult result : VALUES) {
      if (result.wire == wire) {
        return result;
      }
    }
    throw new IllegalArgumentException("plock result " + wire + " is unknown");
  }
}
