package org.lockstepfs.locks.fsdlm.message;

import java.util.List;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * Names of resources that the sender masters and whose directory node the receiver is.
 *
 * @param offset how many names came before these
 * @param last whether these are the last
 * @param names at most {@link #MAX_NAMES}
 */
public record NamesReply(int offset, boolean last, List<ResName> names) implements Message {
  /** Most names in one message. */
  public static final int MAX_NAMES = 100;

  @Override
  public MessageType type() {
    return MessageType.NAMES_REPLY;
  }
}
