package org.lockstepfs.locks.fsdlm.message;

/**
 * Withdraw what waits, to the master. Answer: CANCEL_REPLY.
 *
 * @param lkid the holder's number of the lock
 */
public record Cancel(long lkid) implements Message {
  @Override
  public MessageType type() {
    return MessageType.CANCEL;
  }
}
