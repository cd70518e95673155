package org.lockstepfs.locks.fsdlm.message;

import org.lockstepfs.locks.o2dlm.ResName;

/**
 * The master has forgotten a resource; to the directory node. No answer.
 *
 * @param name the resource
 */
public record Remove(ResName name) implements Message {
  @Override
  public MessageType type() {
    return MessageType.REMOVE;
  }
}
