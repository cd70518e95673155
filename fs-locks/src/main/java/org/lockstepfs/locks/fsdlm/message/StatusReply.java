package org.lockstepfs.locks.fsdlm.message;

/**
 * How far a node is in its recovery; also unasked, when it reaches a barrier.
 *
 * @param status bits of RecoverStatus
 */
public record StatusReply(int status) implements Message {
  @Override
  public MessageType type() {
    return MessageType.STATUS_REPLY;
  }
}
