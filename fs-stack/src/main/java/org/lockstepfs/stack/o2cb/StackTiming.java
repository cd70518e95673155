package org.lockstepfs.stack.o2cb;

import org.lockstepfs.stack.o2hb.HeartbeatTiming;
import org.lockstepfs.stack.o2net.NetTimeouts;

/**
 * All time-outs of the o2cb stack, which must be equal on all nodes of a cluster.
 *
 * @param name how operators call it
 */
public record StackTiming(String name, HeartbeatTiming heartbeat, NetTimeouts net) {

  /** Default: a dead node is known in under 10 s. */
  public static final StackTiming FAST = of("fast", HeartbeatTiming.FAST, 10_000, 2_000, 250);

  /** What kernel nodes use unless they are told otherwise. */
  public static final StackTiming OCFS2 = of("ocfs2", HeartbeatTiming.OCFS2, 30_000, 2_000, 2_000);

  /** Makes a profile; o2net's heartbeat time-out follows from the heartbeat. */
  public static StackTiming of(
      String name, HeartbeatTiming heartbeat, int idleMs, int keepaliveMs, int reconnectMs) {
    return new StackTiming(
        name,
        heartbeat,
        new NetTimeouts(heartbeat.writeTimeoutMs(), idleMs, keepaliveMs, reconnectMs));
  }

  /**
   * Returns the profile of a name.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static StackTiming named(String name) {
    return switch (name) {
      case "fast" -> FAST;
      case "ocfs2" -> OCFS2;
      default -> throw new IllegalArgumentException("no timing profile '" + name + "'");
    };
  }
}
