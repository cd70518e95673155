package org.lockstepfs.locks.fsdlm.message;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * Recovery: one lock of the sender, to the new master of its resource. Answer: LOCK_STATE_REPLY.
 *
 * @param lkid the holder's number of the lock
 * @param queue where it stands
 * @param mode granted mode, or the wanted mode of a lock that waits for its first
 * @param wanted what it waits for; equal to {@code mode} if it waits for nothing
 * @param flags of Lkf
 * @param demoted whether its mode was given up for another's sake
 * @param lvbValid whether {@code lvb} is what the resource's was while the mode was held
 * @param lvbSeq how often the value block had been written
 * @param lvb 64 bytes, or null
 * @param name the resource
 */
public record LockState(
    long lkid,
    Queue queue,
    LockMode mode,
    LockMode wanted,
    int flags,
    boolean demoted,
    boolean lvbValid,
    int lvbSeq,
    byte[] lvb,
    ResName name)
    implements Message {

  /** Where a lock stands; the ordinal is the value on the wire. */
  public enum Queue {
    /** It holds its mode. */
    GRANTED,
    /** It holds a mode and waits for another. */
    CONVERTING,
    /** It waits for its first mode. */
    WAITING
  }

  @Override
  public MessageType type() {
    return MessageType.LOCK_STATE;
  }
}
