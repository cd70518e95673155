package org.lockstepfs.fuse.dlmglue;

/**
 * The flags of a {@link LockState}.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/ocfs2.h, OCFS2_LOCK_*.
 */
enum LockFlagBit {
  /** The lock exists in the cluster, be it at NL. */
  ATTACHED,
  /** A call to the cluster is outstanding: exactly one. */
  BUSY,
  /**
   * BUSY, and the call has not returned yet: it can not be cancelled, for it may not have begun.
   */
  PENDING,
  /** Another node waits for this one; takers at an incompatible level wait for the downconvert. */
  BLOCKED,
  /** In the queue of the downconvert thread. */
  QUEUED,
  /** In the hands of the downconvert thread or of one of its helpers. */
  UNBLOCKING,
  /** The lock was at NL since what it protects was last read. */
  NEEDS_REFRESH,
  /** One taker is reading what the lock protects, the others wait for it. */
  REFRESHING,
  /** An upconvert was granted that nobody has used yet: no downconvert until then. */
  UPCONVERT_FINISHING,
  /** Nobody waits for the outstanding upconvert any more: its grant need not be used first. */
  NONBLOCK_FINISHED,
  /** The lock is being made for something new: nothing to refresh when it is granted. */
  LOCAL,
  /** The lock is being dropped: no takers, no downconvert. */
  FREEING;

  final int mask = 1 << ordinal();
}
