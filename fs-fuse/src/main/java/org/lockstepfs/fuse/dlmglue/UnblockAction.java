package org.lockstepfs.fuse.dlmglue;

/**
 * What the downconvert thread does after {@link LockOps#downconvertWorker}.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, enum ocfs2_unblock_action.
 */
public enum UnblockAction {
  /** Converts the lock down. */
  CONTINUE,
  /** Converts the lock down, then calls {@link LockOps#postUnlock}. */
  CONTINUE_POST,
  /** Leaves the lock as it is and calls {@link LockOps#postUnlock}, which drops it. */
  STOP_POST
}
