package org.lockstepfs.stack.o2net;

/**
 * Handles the requests of one message type and key. Runs on the event loop thread and must not
 * block.
 */
@FunctionalInterface
public interface MessageHandler {

  /** One request. */
  interface Request {
    /** Returns the number of the node that sent it. */
    int from();

    /** Returns the message type. */
    int type();

    /** Returns the payload; the handler owns the array. */
    byte[] payload();

    /**
     * Answers the request; the sender waits for it. To be called exactly once, from any thread, now
     * or later.
     */
    void answer(int status);
  }

  /** Takes a request, whose payload is no longer than the handler was registered for. */
  void handle(Request request);
}
