package org.lockstepfs.stack.o2hb;

/**
 * How fast the heart beats. All nodes of a cluster must use the same values.
 *
 * <p>A node stops by itself when it could not write for {@link #writeTimeoutMs}; its peers declare
 * it dead after {@link #deadMs} without a change. The difference is one interval, so the former
 * always comes first.
 *
 * @param intervalMs time between beats
 * @param deadThreshold equal samples after which a node is dead, at least 3
 */
public record HeartbeatTiming(int intervalMs, int deadThreshold) {

  /** Changes of a block after which its node is live (O2HB_LIVE_THRESHOLD). */
  public static final int LIVE_THRESHOLD = 2;

  /** Default: a dead node is known after 7 to 8 s. */
  public static final HeartbeatTiming FAST = new HeartbeatTiming(1_000, 7);

  /** The kernel's: 2 s, dead after 62 s. */
  public static final HeartbeatTiming OCFS2 = new HeartbeatTiming(2_000, 31);

  /** Checks the ranges. */
  public HeartbeatTiming {
    if (intervalMs < 1 || deadThreshold < 3) {
      throw new IllegalArgumentException(
          "heartbeat every " + intervalMs + " ms, dead after " + deadThreshold + " samples");
    }
  }

  /** Returns how long a block may stay unchanged before its node is dead, as blocks state it. */
  public int deadMs() {
    return deadThreshold * intervalMs;
  }

  /** Returns how long a node may fail to write before it must stop (O2HB_MAX_WRITE_TIMEOUT_MS). */
  public int writeTimeoutMs() {
    return (deadThreshold - 1) * intervalMs;
  }

  /** Returns the interval until the heartbeat is steady: short, so that joining is quick. */
  int joiningIntervalMs() {
    return Math.max(1, intervalMs / 4);
  }

  /**
   * Returns how long a joiner watches before it is steady: every live node changes its block, and
   * reads ours, {@link #LIVE_THRESHOLD} times meanwhile.
   */
  int steadyAfterMs() {
    return LIVE_THRESHOLD * intervalMs + intervalMs / 2;
  }

  /** Returns after how long a joiner that is not steady gives up. */
  int unsteadyMs() {
    return 3 * steadyAfterMs() + deadMs();
  }
}
