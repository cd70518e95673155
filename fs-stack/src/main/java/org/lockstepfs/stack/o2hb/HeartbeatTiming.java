package org.lockstepfs.stack.o2hb;

/**
 * How fast the heart beats. All nodes of a cluster must use the same values.
 *
 * <p>A node stops writing by itself {@link #writeTimeoutMs} after its last completed heartbeat
 * write began; its peers declare it dead later than that, always:
 *
 * <ul>
 *   <li>Let that write begin at w on the node's clock. No peer can have read its block before w, so
 *       the read with which a peer saw it first ended at some r &gt; w. {@code RegionHeartbeat}
 *       takes the time of a sample after its read, never before.
 *   <li>A peer declares the node dead only at a sample whose read ended {@link #verdictMs} after r
 *       or later, however many equal samples it has: at v &ge; r + verdictMs &gt; w + verdictMs. So
 *       neither the short interval of a joiner, nor reads that took long, nor samples that bunch up
 *       after a pause bring the verdict forward.
 *   <li>The node's last write is issued before w + writeTimeoutMs, since the clock is read right
 *       before the system call. Hence it is issued more than verdictMs - writeTimeoutMs, half an
 *       interval, before any verdict: 500 ms with {@link #FAST}, 1000 ms with {@link #OCFS2}.
 *   <li>Both sides only measure spans of their own monotonic clock. The half interval absorbs its
 *       granularity, cut-off milliseconds (2 ms) and different rates of the clocks: up to 7 % of
 *       the span with {@link #FAST}, 1.6 % with {@link #OCFS2}; quartz differs by 0.02 %. Time of
 *       day plays no part.
 * </ul>
 *
 * <p>A kernel peer counts samples only. They begin at least an interval apart, so {@link
 * #deadThreshold} equal ones after the first span at least writeTimeoutMs, and one interval more
 * unless the first read took that long.
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

  /** Returns after what time without a completed write it counts as hung (O2HB_NEGO_TIMEOUT_MS). */
  public int hungMs() {
    return writeTimeoutMs() / 2;
  }

  /** Returns for how long a peer must see no change, at least, before it declares a node dead. */
  public int verdictMs() {
    return writeTimeoutMs() + (intervalMs + 1) / 2;
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
