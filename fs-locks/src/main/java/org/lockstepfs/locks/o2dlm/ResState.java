package org.lockstepfs.locks.o2dlm;

/**
 * Conditions of a resource in which operations must wait. A resource with none of them is ready.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmcommon.h, DLM_LOCK_RES_*.
 */
enum ResState {
  /** It is being mastered, or a request of this node about it is on the wire. */
  IN_PROGRESS,
  /** Its master died; recovery decides who masters it. */
  RECOVERING,
  /** A dead node's locks were freed here; recovery has not ended, so nothing is granted yet. */
  RECOVERY_WAITING,
  /** It moves to another master. */
  MIGRATING,
  /** This node gives up its reference; to everybody else it is gone already. */
  DROPPING_REF;

  final int bit = 1 << ordinal();
}
