package org.lockstepfs.stack.o2cb;

import org.lockstepfs.locks.o2dlm.DlmLock;
import org.lockstepfs.stack.glue.Lksb;

/** What the plug-in keeps with an {@link Lksb}. Changed in the domain's mailbox only. */
final class LockHandle {
  private final Lksb lksb;
  private DlmLock lock;
  private boolean granted;

  LockHandle(Lksb lksb) {
    this.lksb = lksb;
  }

  Lksb lksb() {
    return lksb;
  }

  /** Returns the engine's lock; null if there is none (any more). */
  DlmLock lock() {
    return lock;
  }

  void lock(DlmLock newLock) {
    lock = newLock;
  }

  /** Returns whether the lock has ever been granted: a failed operation leaves it in place then. */
  boolean granted() {
    return granted;
  }

  void grant() {
    granted = true;
  }

  void gone() {
    lock = null;
    granted = false;
  }
}
