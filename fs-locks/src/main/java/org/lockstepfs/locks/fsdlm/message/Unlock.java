package org.lockstepfs.locks.fsdlm.message;

/**
 * The lock goes, to the master. Answer: UNLOCK_REPLY.
 *
 * @param lkid the holder's number of the lock
 * @param flags of Lkf
 * @param lvb 64 bytes, or null
 */
public record Unlock(long lkid, int flags, byte[] lvb) implements Message {
  @Override
  public MessageType type() {
    return MessageType.UNLOCK;
  }
}
