package org.lockstepfs.locks.fsdlm.message;

import org.lockstepfs.locks.o2dlm.ResName;

/**
 * The directory's answer during recovery; the first that asks is told itself.
 *
 * @param name the resource
 * @param master node number
 */
public record MasterLookupReply(ResName name, int master) implements Message {
  @Override
  public MessageType type() {
    return MessageType.MASTER_LOOKUP_REPLY;
  }
}
