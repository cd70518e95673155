package org.lockstepfs.locks.fsdlm.message;

import org.lockstepfs.locks.o2dlm.ResName;

/**
 * Recovery: who is the new master? To the directory node. Answer: MASTER_LOOKUP_REPLY.
 *
 * @param name the resource
 */
public record MasterLookup(ResName name) implements Message {
  @Override
  public MessageType type() {
    return MessageType.MASTER_LOOKUP;
  }
}
