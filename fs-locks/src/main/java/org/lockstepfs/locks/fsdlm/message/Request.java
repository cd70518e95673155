package org.lockstepfs.locks.fsdlm.message;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * A new lock, to the master. Answer: REQUEST_REPLY.
 *
 * @param lkid the holder's number of the lock
 * @param mode wanted mode
 * @param flags of Lkf
 * @param name the resource
 */
public record Request(long lkid, LockMode mode, int flags, ResName name) implements Message {
  @Override
  public MessageType type() {
    return MessageType.REQUEST;
  }
}
