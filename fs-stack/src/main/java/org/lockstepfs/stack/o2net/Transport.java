package org.lockstepfs.stack.o2net;

/**
 * Requests to other nodes, and handlers for theirs. Messages from one node to another arrive in the
 * order in which they were sent, as long as the link lasts; a message is handled at most once.
 */
public interface Transport {

  /**
   * Registers the handler of a message type and key.
   *
   * @param maxLength longest payload that it takes, 0 to 4072 bytes; longer ones are refused
   * @throws IllegalStateException if there is one already
   */
  void register(int type, int key, int maxLength, MessageHandler handler);

  /** Removes a handler; a request that is being handled goes on. */
  void unregister(int type, int key);

  /**
   * Sends a request. While the link is being made the message waits, at most the idle time-out.
   *
   * @param target a configured node other than this one
   * @param payload at most 4072 bytes; not to be changed afterwards
   * @param result called exactly once
   */
  void send(int target, int type, int key, byte[] payload, SendListener result);
}
