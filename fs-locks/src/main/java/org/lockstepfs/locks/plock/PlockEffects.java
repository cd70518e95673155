package org.lockstepfs.locks.plock;

/** What the engine wants done outside. Called on the engine's thread, in order. */
@FunctionalInterface
public interface PlockEffects {
  /**
   * Sends an envelope to a member. Envelopes to one member must arrive in the order of these calls;
   * one that may have been lost with its connection is sent again, before later ones. Envelopes to
   * a member that has left may be dropped.
   */
  void send(int node, PlockEnvelope envelope);
}
