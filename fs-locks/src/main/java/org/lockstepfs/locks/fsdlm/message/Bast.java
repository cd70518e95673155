package org.lockstepfs.locks.fsdlm.message;

import org.lockstepfs.locks.mode.LockMode;

/**
 * The lock keeps somebody from a mode; to the holder. No answer.
 *
 * @param lkid the holder's number of the lock
 * @param mode what somebody waits for
 */
public record Bast(long lkid, LockMode mode) implements Message {
  @Override
  public MessageType type() {
    return MessageType.BAST;
  }
}
