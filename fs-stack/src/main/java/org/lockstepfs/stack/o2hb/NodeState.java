package org.lockstepfs.stack.o2hb;

/** What the heartbeat of one region says of a node. */
public enum NodeState {
  /** Its block does not change, or has not changed often enough since it was dead. */
  DEAD,
  /** Its block has changed and has not stopped changing for long enough to give it up. */
  LIVE
}
