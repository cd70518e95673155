package org.lockstepfs.locks.plock;

import java.util.List;

/** Messages between plock engines of one volume. */
public sealed interface PlockMessage {

  /** What a request asks for; the ordinal plus one is {@code optype} of dlm_plock_info. */
  enum Op {
    /** Set a lock. */
    LOCK,
    /** Remove locks. */
    UNLOCK,
    /** Find a conflicting lock. */
    GET
  }

  /**
   * A request to the table owner; answered by {@link Reply} or {@link NotOwner}.
   *
   * @param id the sender's number for it; never used twice in one life
   * @param close with UNLOCK: drop waiting requests of the owner too
   * @param holder whether the owner holds any lock on this volume
   */
  record Request(
      long inode,
      long id,
      Op op,
      boolean exclusive,
      boolean blocking,
      boolean close,
      boolean holder,
      long owner,
      int pid,
      long start,
      long end)
      implements PlockMessage {}

  /**
   * The end of a request.
   *
   * @param conflict for GET, the lock in the way; else null
   */
  record Reply(long inode, long id, PlockResult result, PlockConflict conflict)
      implements PlockMessage {}

  /** The receiver of a request does not own the table; nothing was done. */
  record NotOwner(long inode, long id) implements PlockMessage {}

  /** Withdraws a waiting request; its reply tells whether that was in time. */
  record Cancel(long inode, long id) implements PlockMessage {}

  /** The owner of a waiting request holds a lock now: it must not queue for fairness any more. */
  record Promote(long inode, long id) implements PlockMessage {}

  /** Asks the directory node who owns a table; the first who asks becomes the owner. */
  record Lookup(long inode, long lookup, long view) implements PlockMessage {}

  /** Answers a lookup. */
  record OwnerIs(long inode, long lookup, int owner) implements PlockMessage {}

  /** The sender gives up an empty table. */
  record Release(long inode, long view) implements PlockMessage {}

  /**
   * Asks for all that concerns the sender's share of the directory in its new view.
   *
   * @param epoch the sender's count of views
   * @param departed lives that have left, as far as the sender remembers
   */
  record SyncRequest(long view, long epoch, List<PlockMember> departed) implements PlockMessage {}

  /**
   * A part of the answer.
   *
   * @param last whether it is the final part
   * @param owned files whose table the sender owns
   * @param claims what the sender holds in tables whose owner is gone
   */
  record SyncData(long epoch, boolean last, List<Long> owned, List<Claim> claims)
      implements PlockMessage {}

  /**
   * A range that survives its table.
   *
   * @param soft exclusive, but a downgrade may already have been granted
   */
  record Claim(
      long inode, long owner, int pid, long start, long end, boolean exclusive, boolean soft) {}

  /** The sender answers lookups of this view from now on. */
  record Ready(long view) implements PlockMessage {}

  /** Asks the home of an owner which of its requests wait; the path has led to that owner. */
  record ProbeOwner(int round, long owner, List<WaitEdge> path) implements PlockMessage {}

  /** Asks the table owner of the last edge who blocks that request. */
  record ProbeRequest(int round, List<WaitEdge> path) implements PlockMessage {}

  /** Checks a closed path again, edge by edge from the last to the first. */
  record Confirm(int round, int index, List<WaitEdge> path) implements PlockMessage {}
}
