package org.lockstepfs.stack.votes;

/** What {@link Votes} wants done, in order. */
public sealed interface Effect {

  /** Send a beat to every other node that there is a link to. */
  record Send(Beat beat) implements Effect {}

  /** A node lives: it is heard for the first time in this life. */
  record Up(int node, long generation) implements Effect {}

  /**
   * A node is dead, or has left.
   *
   * @param fellSilent whether its silence is all that is known; else it is known to have ended
   */
  record Down(int node, boolean fellSilent) implements Effect {}

  /** This node may write for writeTimeoutMs from that time. */
  record Renew(long sinceNanos) implements Effect {}
}
