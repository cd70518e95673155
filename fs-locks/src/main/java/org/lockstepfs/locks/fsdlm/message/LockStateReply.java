package org.lockstepfs.locks.fsdlm.message;

/**
 * The new master has entered the lock.
 *
 * @param lkid the holder's number of the lock
 */
public record LockStateReply(long lkid) implements Message {
  @Override
  public MessageType type() {
    return MessageType.LOCK_STATE_REPLY;
  }
}
