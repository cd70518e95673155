package org.lockstepfs.locks.fsdlm.message;

/**
 * Which resources do you master whose directory node I am? Answer: NAMES_REPLY.
 *
 * @param offset how many names are known already
 */
public record Names(int offset) implements Message {
  @Override
  public MessageType type() {
    return MessageType.NAMES;
  }
}
