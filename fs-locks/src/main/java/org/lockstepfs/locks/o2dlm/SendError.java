package org.lockstepfs.locks.o2dlm;

/** Why a message got no status. */
public enum SendError {
  /** The peer answered that nobody listens for this message and key (ENOPROTOOPT). */
  NO_HANDLER,
  /** The link went down, or was down, before the status came. */
  LINK_DOWN
}
