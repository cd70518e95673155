package org.lockstepfs.locks.plock;

/** A lock request that waits in a table. */
final class Waiter {
  final long inode;
  final PlockOwner owner;
  final int pid;
  final long start;
  final long end;
  final boolean exclusive;

  /** The request's number on its owner's node. */
  final long request;

  /** For a request of the table's own node; else null. */
  final PlockRequest local;

  /** Whether the owner holds a lock anywhere on the volume: it must not queue for fairness. */
  boolean holder;

  /** How many later requests were granted although they conflict with this one. */
  int overtaken;

  /** The strongest search for a deadlock that has passed here; see {@link DeadlockDetector}. */
  WaitEdge claimedBy;

  /** Ticks since that search passed. */
  int claimTicks;

  Waiter(
      long inode,
      PlockOwner owner,
      int pid,
      long start,
      long end,
      boolean exclusive,
      long request,
      PlockRequest local,
      boolean holder) {
    this.inode = inode;
    this.owner = owner;
    this.pid = pid;
    this.start = start;
    this.end = end;
    this.exclusive = exclusive;
    this.request = request;
    this.local = local;
    this.holder = holder;
  }

  /** Returns whether the two could not be granted side by side. */
  boolean conflictsWith(PlockOwner other, long otherStart, long otherEnd, boolean otherExclusive) {
    return start <= otherEnd
        && otherStart <= end
        && (exclusive || otherExclusive)
        && !owner.equals(other);
  }
}
