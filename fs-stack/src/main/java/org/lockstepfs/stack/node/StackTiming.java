package org.lockstepfs.stack.node;

import org.lockstepfs.stack.o2hb.HeartbeatTiming;
import org.lockstepfs.stack.o2net.NetTimeouts;

/**
 * All time-outs of the o2cb stack, which must be equal on all nodes of a cluster.
 *
 * @param name how operators call it
 * @param quorumDelayMs how long after the loss of a link quorum decides, if the other node goes on
 *     beating (O2NET_QUORUM_DELAY_MS)
 */
public record StackTiming(
    String name, HeartbeatTiming heartbeat, NetTimeouts net, int quorumDelayMs) {

  /**
   * Default: a dead node is known in under 8 s, and the right side of a split goes on in under 10
   * s: silent links are known after 4 to 5 s, quorum decides 3 s later, the others read last words
   * within 1 s.
   */
  public static final StackTiming FAST =
      of("fast", HeartbeatTiming.FAST, 4_000, 1_000, 250, 3 * HeartbeatTiming.FAST.intervalMs());

  /** What kernel nodes use unless they are told otherwise. */
  public static final StackTiming OCFS2 =
      of(
          "ocfs2",
          HeartbeatTiming.OCFS2,
          30_000,
          2_000,
          2_000,
          (HeartbeatTiming.OCFS2.deadThreshold() + 2) * HeartbeatTiming.OCFS2.intervalMs());

  /** Makes a profile; o2net's heartbeat time-out follows from the heartbeat. */
  public static StackTiming of(
      String name,
      HeartbeatTiming heartbeat,
      int idleMs,
      int keepaliveMs,
      int reconnectMs,
      int quorumDelayMs) {
    return new StackTiming(
        name,
        heartbeat,
        new NetTimeouts(heartbeat.writeTimeoutMs(), idleMs, keepaliveMs, reconnectMs),
        quorumDelayMs);
  }

  /** Returns how long a joiner waits for links to the nodes that it sees. */
  int linkTimeoutMs() {
    return Math.max(net.idleTimeoutMs(), heartbeat.deadMs());
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
