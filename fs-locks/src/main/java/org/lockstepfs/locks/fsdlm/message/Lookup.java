package org.lockstepfs.locks.fsdlm.message;

import org.lockstepfs.locks.o2dlm.ResName;

/**
 * Who masters this? To the directory node. Answer: LOOKUP_REPLY.
 *
 * @param lkid the holder's number of the lock
 * @param name the resource
 */
public record Lookup(long lkid, ResName name) implements Message {
  @Override
  public MessageType type() {
    return MessageType.LOOKUP;
  }
}
