package org.lockstepfs.fuse.dlmglue;

/** What the downconvert thread does next with a blocked lock. */
enum UnblockStep {
  /** Nothing now: the change that makes something possible queues the lock again. */
  PARK,
  /** Cancel the outstanding conversion. */
  CANCEL,
  /** Prepare for {@link LockState#downconvertLevel} and convert. */
  DOWNCONVERT
}
