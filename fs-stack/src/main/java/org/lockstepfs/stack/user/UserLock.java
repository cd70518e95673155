package org.lockstepfs.stack.user;

import org.lockstepfs.locks.fsdlm.Lkb;
import org.lockstepfs.stack.glue.Lksb;

/** What the plug-in keeps with an {@link Lksb}. Changed in the domain's mailbox only. */
final class UserLock {
  private final Lksb lksb;
  private Lkb lkb;

  /** An operation that waits until the answer to a cancel that came too late is there. */
  private Runnable held;

  UserLock(Lksb lksb) {
    this.lksb = lksb;
  }

  Lksb lksb() {
    return lksb;
  }

  /** Returns the engine's lock; null if there is none (any more). */
  Lkb lkb() {
    return lkb;
  }

  void lkb(Lkb newLkb) {
    lkb = newLkb;
  }

  /** Keeps an operation for later. */
  void hold(Runnable operation) {
    held = operation;
  }

  /** Returns the operation that waits, which does so no more; null if there is none. */
  Runnable release() {
    Runnable operation = held;
    held = null;
    return operation;
  }
}
