package org.lockstepfs.fuse.dlmglue;

import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.locks.mode.LockMode;

/** One flock(2) call that has not been answered yet. */
final class FlockRequest {
  /** PR, EX, or NL for LOCK_UN. */
  final LockMode target;

  final boolean nonblock;
  final long startNanos;
  private final Consumer<Errno> done;

  /** Set when its caller was interrupted. */
  boolean cancelled;

  FlockRequest(LockMode target, boolean nonblock, long startNanos, Consumer<Errno> done) {
    this.target = target;
    this.nonblock = nonblock;
    this.startNanos = startNanos;
    this.done = done;
  }

  void complete(Errno error, LockStats stats, long nowNanos) {
    if (target != LockMode.NL) {
      stats.countUncached();
      stats.countWait(nowNanos - startNanos);
      if (error != null) {
        stats.countFailure();
      }
    }
    done.accept(error);
  }
}
