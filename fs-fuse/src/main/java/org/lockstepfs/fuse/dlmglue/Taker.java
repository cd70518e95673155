package org.lockstepfs.fuse.dlmglue;

import java.util.function.BooleanSupplier;
import org.lockstepfs.locks.mode.LockMode;

/** One thread's way through {@link LockState#take}. */
final class Taker {

  /** What a taker does next. */
  enum Step {
    /** Go: the holding is counted. */
    GRANTED,
    /** Wait for a change and ask again. */
    WAIT,
    /** Call the cluster; BUSY and PENDING are set for this taker's call. */
    CALL,
    /** The cluster has refused. */
    REFUSED
  }

  final LockMode wanted;
  final LockWait wait;

  /** Asked now and then whether the caller has stopped waiting; null if it never does. */
  final BooleanSupplier givenUp;

  /** The generation of the call that this taker made last, 0 for none. */
  int call;

  Taker(LockMode wanted, LockWait wait) {
    this(wanted, wait, null);
  }

  Taker(LockMode wanted, LockWait wait, BooleanSupplier givenUp) {
    this.wanted = wanted;
    this.wait = wait;
    this.givenUp = givenUp;
  }
}
