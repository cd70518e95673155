package org.lockstepfs.locks.resource;

import org.lockstepfs.locks.mode.LockMode;

/**
 * A lock as its resource's queues see it: a place in a queue and two modes.
 *
 * @param <L> the lock manager's own lock class
 */
public abstract class QueuedLock<L extends QueuedLock<L>> {
  LockQueue<L> queue;
  L previous;
  L next;

  /** Granted mode; for a lock on the blocked queue, the mode it waits for. */
  private LockMode mode;

  /** The mode a converting lock waits for, else null. */
  private LockMode convertTo;

  /** Makes a lock on no queue. */
  protected QueuedLock(LockMode mode) {
    this.mode = mode;
  }

  /** Returns the granted mode, or for a blocked lock the mode that it waits for. */
  public final LockMode mode() {
    return mode;
  }

  /** Returns the mode that a converting lock waits for, or null. */
  public final LockMode convertTo() {
    return convertTo;
  }

  /** Sets the granted mode; callers keep the queues' invariants. */
  public final void mode(LockMode newMode) {
    mode = newMode;
  }

  /** Sets or, with null, clears the mode waited for. */
  public final void convertTo(LockMode wanted) {
    convertTo = wanted;
  }

  /** Returns whether the lock stands in this queue. */
  public final boolean isOn(LockQueue<L> candidate) {
    return queue == candidate;
  }

  /** Returns whether the lock stands in any queue. */
  public final boolean isQueued() {
    return queue != null;
  }
}
