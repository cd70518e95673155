package org.lockstepfs.stack.votes;

/** Ways to break the rules on purpose: the simulation has to notice each. */
enum Sabotage {
  /** All rules hold. */
  NONE,
  /** Writes do not ask. */
  NO_GUARD,
  /** The deadline's clock stands still while the process is stopped. */
  FENCE_CLOCK_STOPS,
  /** The deadline's clock is slow: the same as a time-out longer than the others' verdict. */
  SLOW_FENCE_CLOCK,
  /** The deadline counts from when an answer came, not from when the beat was sent. */
  RENEW_FROM_ANSWER,
  /** Others are given up before their deadline. */
  HASTY_VERDICT,
  /** One vote is a majority. */
  EVERYBODY_RULES,
  /** Half of the votes is a majority. */
  HALF_RULES,
  /** Nodes that do not hear each other are left alone. */
  NO_LOSERS,
  /** A new life speaks and hears at once, and words count for long. */
  NO_WATCH
}
