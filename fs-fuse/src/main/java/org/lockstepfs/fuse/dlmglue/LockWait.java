package org.lockstepfs.fuse.dlmglue;

/**
 * How long a caller of {@link LockRes#lock(org.lockstepfs.locks.mode.LockMode, LockWait)} waits.
 */
public enum LockWait {
  /** Until the lock is granted. */
  WAIT,
  /**
   * Until the cluster has answered, but not for other nodes to let go (DLM_LKF_NOQUEUE); EAGAIN
   * also while another node waits for this one. A thread that holds the lock at PR may try for EX
   * so.
   */
  NOQUEUE,
  /** Not at all: EAGAIN, while the request goes on and serves a later try (OCFS2_LOCK_NONBLOCK). */
  NONBLOCK
}
