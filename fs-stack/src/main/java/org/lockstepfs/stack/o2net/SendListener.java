package org.lockstepfs.stack.o2net;

/** Hears what became of one message; called exactly once, on the event loop thread. */
@FunctionalInterface
public interface SendListener {

  /** Takes no interest in the answer. */
  SendListener IGNORE = (result, status) -> {};

  /**
   * The message has been answered, or never will be.
   *
   * @param status the remote handler's status if {@code result} is {@link SendResult#DELIVERED},
   *     else 0
   */
  void done(SendResult result, int status);
}
