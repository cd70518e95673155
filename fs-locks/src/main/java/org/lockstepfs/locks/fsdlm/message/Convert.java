package org.lockstepfs.locks.fsdlm.message;

import org.lockstepfs.locks.mode.LockMode;

/**
 * Another mode, to the master. Answer: CONVERT_REPLY, but none to a down-conversion.
 *
 * @param lkid the holder's number of the lock
 * @param mode wanted mode
 * @param flags of Lkf
 * @param lvb 64 bytes, or null
 */
public record Convert(long lkid, LockMode mode, int flags, byte[] lvb) implements Message {
  @Override
  public MessageType type() {
    return MessageType.CONVERT;
  }
}
