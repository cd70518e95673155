package org.lockstepfs.locks.o2dlm;

/** Where this node stands in its domain. Source: Linux dlmcommon.h, enum dlm_ctxt_state. */
public enum DomainState {
  /** Outside, or joining. */
  NEW,
  /** A member. */
  JOINED,
  /** A member that moves its resources away in order to leave. */
  IN_SHUTDOWN,
  /** Empty-handed, saying goodbye. */
  LEAVING,
  /** Gone; the engine is finished. */
  LEFT
}
