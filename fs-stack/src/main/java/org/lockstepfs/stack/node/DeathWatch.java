package org.lockstepfs.stack.node;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * Finds out early that a node's process has ended, without waiting until its heartbeat counts as
 * dead. A pure state machine: not thread-safe, time and evidence come in, verdicts come out.
 *
 * <p>A node falls under suspicion when its link breaks or it is no member any more. It is declared
 * dead when all of this holds at one time:
 *
 * <ul>
 *   <li>Its o2net port <em>refuses</em> connections: the kernel of its host answered that nobody
 *       listens there. A daemon listens from before its first heartbeat until after its last one. A
 *       process that is stopped, paused or busy keeps its listening socket, and its kernel accepts
 *       for it; a cut network or a dead host does not answer at all.
 *   <li>It is no member: its other connections are gone as well.
 *   <li>In every region in which it is live its block has not changed, or by votes none of its
 *       beats has come, for {@link #QUIET_INTERVALS} intervals since the suspicion arose, watched
 *       by looks in between. A node that closed a link and lives beats within that time, and the
 *       suspicion is dropped.
 * </ul>
 *
 * <p>That is safe although the node's own deadline may not have passed: a process that has ended
 * writes no more, and sockets are closed only when its last thread is gone, which waits for direct
 * I/O under way. What could deceive it is a firewall that answers in the host's name while that
 * process is stopped; who cuts nodes off so must drop packets, not reject them.
 *
 * <p>Anything less, such as a member that is gone while its heartbeat goes on, is a partition, and
 * for quorum alone to decide.
 */
final class DeathWatch {
  /** Intervals of silence that make a verdict. */
  static final int QUIET_INTERVALS = 2;

  /**
   * One look at a region's blocks, or at the beats that came.
   *
   * @param region any object that is the same for each look at the region
   * @param atNanos when the look ended
   * @param changedNanos for each node that is live there, when its block's content was first seen,
   *     or its last beat came
   */
  record Look(Object region, long atNanos, Map<Integer, Long> changedNanos) {}

  /** One suspicion. */
  private static final class Suspect {
    final long sinceNanos;
    final Map<Object, Long> baselines = new HashMap<>();
    boolean refused;

    Suspect(long sinceNanos) {
      this.sinceNanos = sinceNanos;
    }
  }

  private final long quietNanos;
  private final long giveUpNanos;
  private final IntPredicate isLive;
  private final IntPredicate isGone;
  private final Map<Integer, Suspect> suspects = new TreeMap<>();

  /**
   * Makes a watch that suspects nobody.
   *
   * @param isLive whether a node heartbeats, as far as this node knows
   * @param isGone whether a node is certainly no member
   */
  DeathWatch(long intervalNanos, long giveUpNanos, IntPredicate isLive, IntPredicate isGone) {
    this.quietNanos = QUIET_INTERVALS * intervalNanos;
    this.giveUpNanos = giveUpNanos;
    this.isLive = isLive;
    this.isGone = isGone;
  }

  /** Something has happened that may mean a node's end. Returns whether it is suspected now. */
  boolean suspect(int node, long nowNanos) {
    if (!isLive.test(node)) {
      return false;
    }
    suspects.computeIfAbsent(node, n -> new Suspect(nowNanos));
    return true;
  }

  /** The node lives, or is known to be dead. */
  void acquit(int node) {
    suspects.remove(node);
  }

  /** Its port was tried. */
  void probed(int node, boolean refused) {
    Suspect suspect = suspects.get(node);
    if (suspect != null) {
      suspect.refused = refused;
    }
  }

  /** Returns the nodes under suspicion. */
  Set<Integer> suspects() {
    return new TreeSet<>(suspects.keySet());
  }

  /**
   * Takes a look at all regions.
   *
   * @return the nodes whose process has ended
   */
  Set<Integer> round(List<Look> looks, long nowNanos) {
    Set<Integer> ended = new TreeSet<>();
    for (Map.Entry<Integer, Suspect> entry : Map.copyOf(suspects).entrySet()) {
      int node = entry.getKey();
      Suspect suspect = entry.getValue();
      if (!isLive.test(node) || nowNanos - suspect.sinceNanos > giveUpNanos) {
        suspects.remove(node);
        continue;
      }
      boolean quiet = !looks.isEmpty();
      for (Look look : looks) {
        quiet &= quietIn(look, node, suspect);
      }
      if (suspects.containsKey(node) && quiet && suspect.refused && isGone.test(node)) {
        suspects.remove(node);
        ended.add(node);
      }
    }
    return ended;
  }

  private boolean quietIn(Look look, int node, Suspect suspect) {
    Long changed = look.changedNanos().get(node);
    if (changed == null) {
      return true;
    }
    Long baseline = suspect.baselines.putIfAbsent(look.region(), look.atNanos());
    if (baseline == null) {
      return false;
    }
    if (changed - baseline > 0) {
      suspects.remove(node);
      return false;
    }
    return look.atNanos() - baseline >= quietNanos;
  }
}
