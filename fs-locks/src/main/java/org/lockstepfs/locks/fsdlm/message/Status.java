package org.lockstepfs.locks.fsdlm.message;

/** How far are you? Answer: STATUS_REPLY, from a node in the same sequence only. */
public record Status() implements Message {
  @Override
  public MessageType type() {
    return MessageType.STATUS;
  }
}
