package org.lockstepfs.locks.plock;

import org.lockstepfs.locks.plock.PlockMessage.Op;

/** A request of this node that has not ended yet; a handle for {@link PlockEngine#cancel}. */
public final class PlockRequest {
  /** Where the request is. */
  enum State {
    /** Not sent: the table's owner is being looked up. */
    UNSENT,
    /** At another node. */
    SENT,
    /** Waits in a table of this node. */
    QUEUED,
    /** Answered. */
    DONE
  }

  final long id;
  final long inode;
  final Op op;
  final boolean exclusive;
  final boolean blocking;
  final boolean close;
  final PlockOwner owner;
  final int pid;
  final long start;
  final long end;
  final PlockCallback callback;
  State state = State.UNSENT;
  boolean cancelled;

  /** The node that has the request while SENT. */
  int sentTo;

  PlockResult result;
  PlockConflict conflict;

  PlockRequest(
      long id,
      long inode,
      Op op,
      boolean exclusive,
      boolean blocking,
      boolean close,
      PlockOwner owner,
      int pid,
      long start,
      long end,
      PlockCallback callback) {
    this.id = id;
    this.inode = inode;
    this.op = op;
    this.exclusive = exclusive;
    this.blocking = blocking;
    this.close = close;
    this.owner = owner;
    this.pid = pid;
    this.start = start;
    this.end = end;
    this.callback = callback;
  }

  /** Returns whether it is a lock request that waits for others' locks to go. */
  boolean waits() {
    return op == Op.LOCK && blocking;
  }

  /** Returns whether the request has ended. */
  public boolean isDone() {
    return state == State.DONE;
  }
}
