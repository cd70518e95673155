package org.lockstepfs.it;

/** What can happen to a node. */
enum Fault {
  /** SIGKILL. */
  KILL(true),
  /** SIGKILL to one, and within seconds to another: the third recovers both. */
  KILL_TWO(true, 2),
  /** SIGKILL to all three at once: whoever is back first recovers all. */
  KILL_ALL(true, 3),
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
  private final int victims;

  Fault(boolean deadly) {
    this(deadly, 1);
  }

  Fault(boolean deadly, int victims) {
    this.deadly = deadly;
    this.victims = victims;
  }

  /** Returns how many nodes it strikes at once. */
  int victims() {
    return victims;
  }

  /** Returns whether the daemon is gone afterwards. */
  boolean isDeadly() {
    return deadly;
  }
}
