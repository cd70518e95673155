package org.lockstepfs.fuse.dlmglue;

/**
 * What the outstanding unlock call is for.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/ocfs2.h, enum ocfs2_unlock_action.
 */
enum UnlockAction {
  /** No unlock call. */
  NONE,
  /** Take the outstanding upconvert back. */
  CANCEL_CONVERT,
  /** Give the lock up for good. */
  DROP_LOCK
}
