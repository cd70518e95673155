package org.lockstepfs.fuse.sim;

import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.stack.user.control.ControlMessage;

/** A fault put into the user stack on purpose, to see that the checks notice it. */
interface UserMutation {
  /** No fault. */
  UserMutation NONE = new UserMutation() {};

  /** Returns the control message that arrives instead, null for nothing. */
  default ControlMessage arrives(UserLockDomain at, ControlMessage message) {
    return message;
  }

  /** Returns what a node hears for an answer to its control message. */
  default int heard(ControlMessage asked, int status) {
    return status;
  }

  /** Returns the lock manager's message that arrives instead, null for nothing. */
  default Envelope arrives(UserLockDomain at, Envelope envelope) {
    return envelope;
  }

  /** Returns the frame of a lock manager's message that arrives instead. */
  default Frame frame(UserLockDomain at, Frame frame) {
    return frame;
  }

  /** Returns what a node hears for an answer to a frame: 0 for taken. */
  default int confirmed(int status) {
    return status;
  }

  /** Returns whether a value block counts as valid. */
  default boolean lvbValid(boolean valid) {
    return valid;
  }

  /** The lives of both ends, and the number. */
  record Frame(long from, long to, long number) {}
}
