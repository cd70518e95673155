package org.lockstepfs.stack.sim;

/** Ways to break the rules on purpose: the simulation has to notice each. */
public enum Sabotage {
  /** All rules hold. */
  NONE,
  /** Writes do not ask. */
  NO_GUARD,
  /** The deadline is measured on the time of day, which somebody sets. */
  FENCE_BY_TIME_OF_DAY,
  /** The deadline's clock stands still while the process is stopped. */
  FENCE_CLOCK_STOPS,
  /** The deadline's clock is slow: the same as a time-out longer than the peers'. */
  SLOW_FENCE_CLOCK,
  /** What quorum decides is not done. */
  NO_QUORUM,
  /** Quorum does not look whether the other node goes on beating. */
  HASTY_QUORUM
}
