package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.o2dlm.message.Message;

/** A fault put in on purpose, to see that the checks notice it. */
public interface Mutation {
  /** No fault. */
  Mutation NONE = new Mutation() {};

  /** Returns what to do instead of the effect, null for nothing. */
  default Effect instead(Effect effect) {
    return effect;
  }

  /** Hands a message to an engine. */
  default int deliver(O2Dlm engine, int from, Message message) {
    return engine.onMessage(from, message);
  }

  /** Tells an engine of a death. */
  default void nodeDown(O2Dlm engine, int node) {
    engine.nodeDown(node);
  }

  /** Returns what to answer to a message instead of the status. */
  default int instead(Message request, int status) {
    return status;
  }
}
