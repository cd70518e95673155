package org.lockstepfs.it;

/** What can happen to a node. */
enum Fault {
  /** SIGKILL. */
  KILL(true),
  /** SIGSTOP, and SIGCONT when the others have given the node up. */
  LONG_PAUSE(true),
  /** SIGSTOP and SIGCONT before anybody can notice. */
  SHORT_PAUSE(false),
  /** The cable is out until the others have given the node up. */
  LONG_CUT(true),
  /** The cable is out for a second. */
  SHORT_CUT(false),
  /** The disk does not answer until the others have fenced the node. */
  LONG_STALL(true),
  /** The disk does not answer for a second. */
  SHORT_STALL(false),
  /** The disk answers nobody for as long as would be deadly for one: they give each other time. */
  COMMON_STALL(false),
  /** The daemon is stopped and started as an administrator does it. */
  RESTART(false);

  private final boolean deadly;

  Fault(boolean deadly) {
    this.deadly = deadly;
  }

  /** Returns whether the daemon is gone afterwards. */
  boolean isDeadly() {
    return deadly;
  }
}
