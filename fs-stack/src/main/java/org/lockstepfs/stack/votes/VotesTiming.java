package org.lockstepfs.stack.votes;

import java.util.concurrent.TimeUnit;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;

/**
 * How fast beats go over the network, and what follows from their absence. All nodes of a cluster
 * must use the same values.
 *
 * <p>A node stops writing by itself {@link #writeTimeoutMs} after it sent the newest beat that a
 * majority has heard; no quorate node counts it dead before that:
 *
 * <ul>
 *   <li>Let node B be allowed to write until w + writeTimeoutMs: each node of a majority M has
 *       heard a beat of B that B sent at w or later. The time is read before the beat is given to
 *       the network, so each of them heard it, on a clock read after it had come, at r &gt; w.
 *   <li>B is dead to another when a majority G has given it up. M and G have a node C in common. C
 *       gave B up at v &ge; r + verdictMs &gt; w + verdictMs and hears that life of B no more, so
 *       that no later beat of B can count C in. The death is known at v or later: whatever C
 *       contributed to had passed by verdictMs - writeTimeoutMs, half an interval: 500 ms with
 *       timing {@code fast} (6000 ms and 6500 ms), 1000 ms with {@code ocfs2} (60000 ms and 61000
 *       ms). A deadline that has passed is never moved again.
 *   <li>C may have died and forgotten. What an old life of C heard of B, it heard before the new
 *       one began; a new life that never heard B gives it up {@code verdictMs} after its own
 *       beginning or later. What an old life of C said of B counts at a time T only if it had heard
 *       a beat that the counting node sent after T - freshMs: it lived then. A new life of C hears
 *       nobody for its first watchMs, hence not before T, when B's deadline has passed.
 *   <li>A node joins, with a majority G, though it never heard of B. M and G have a node in common.
 *       One that has heard B and not given it up keeps the joiner waiting. One that has forgotten B
 *       must not be what lets it in: unless G is everybody, M has a node in common even with those
 *       of G that began their lives {@code verdictMs} ago or earlier, for they are a majority; what
 *       B has from their earlier lives has passed.
 *   <li>Who merely follows a majority that has given B up adds nothing: B is past its deadline.
 *   <li>All measure spans of their own monotonic clock only. The half interval absorbs granularity
 *       and different rates of the clocks: up to 7 % with {@code fast}, 1.6 % with {@code ocfs2}.
 *   <li>A node whose process has ended writes nothing, whoever says so first ({@code DeathWatch}).
 * </ul>
 *
 * <p>A cable that is out makes no verdict for writeTimeoutMs, but TCP repeats what was lost after
 * pauses that double: an outage of up to 2.9 s passes unnoticed with {@code fast}.
 *
 * @param intervalMs time between beats
 * @param writeTimeoutMs how long after sending a beat that a majority hears a node may write
 * @param verdictMs silence after which a node is given up
 * @param silentMs silence after which a node is said not to be heard, and time for which a link
 *     must be broken one way before its loser is given up
 * @param freshMs for how long after hearing a beat of ours a node's word counts
 * @param watchMs for how long a new life is mute and deaf, at least freshMs
 */
public record VotesTiming(
    int intervalMs, int writeTimeoutMs, int verdictMs, int silentMs, int freshMs, int watchMs) {
  private static final int FRESH_INTERVALS = 3;

  /** Returns what follows from a profile's heartbeat. */
  public static VotesTiming of(HeartbeatTiming heartbeat) {
    return new VotesTiming(
        heartbeat.intervalMs(),
        heartbeat.writeTimeoutMs(),
        heartbeat.verdictMs(),
        heartbeat.hungMs(),
        FRESH_INTERVALS * heartbeat.intervalMs(),
        FRESH_INTERVALS * heartbeat.intervalMs());
  }

  static long nanos(long ms) {
    return TimeUnit.MILLISECONDS.toNanos(ms);
  }
}
