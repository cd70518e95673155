package org.lockstepfs.locks.fsdlm.message;

/**
 * The directory's answer.
 *
 * @param lkid the holder's number of the lock
 * @param master node number
 */
public record LookupReply(long lkid, int master) implements Message {
  @Override
  public MessageType type() {
    return MessageType.LOOKUP_REPLY;
  }
}
