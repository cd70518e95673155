package org.lockstepfs.stack.o2net;

/**
 * Hears of the state of links; called on the event loop thread, must not block. Quorum decides on
 * these (o2quo_conn_up, o2quo_conn_err).
 */
public interface LinkListener {

  /** A link passed its handshake, or a link that had been idle carried a message again. */
  void linkUp(int node);

  /** A link that was up broke, or has been idle for the idle time-out. */
  void linkError(int node, String reason);
}
