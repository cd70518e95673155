package org.lockstepfs.stack.o2quo;

import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntToLongFunction;

/**
 * The quorum rule of one node ({@code struct o2quo_state}): a pure state machine. Events and the
 * time come in, a {@link Decision} comes out of {@link #poll}. Not thread-safe.
 *
 * <p>A node whose heartbeat and link disagree is in transition and puts a hold on the decision:
 * between heartbeat and link coming up, and from the loss of the link until either the heartbeat is
 * lost too (the node died; nothing to decide) or the node is <em>still up</em>. It is still up if,
 * a delay after the loss, its block goes on changing: it has changed since the loss, and within the
 * last two intervals. The kernel gets the same certainty by a delay longer than it takes heartbeat
 * to declare a node dead; looking at the blocks allows a shorter one.
 *
 * <p>With an odd number of heartbeating nodes this node must reach (n + 1) / 2 of them, itself
 * included; with an even number more than n / 2, or n / 2 if the lowest of all is among them.
 */
public final class Quorum {
  private static final int FRESH_INTERVALS = 2;

  private final int self;
  private final int intervalMs;
  private final int delayMs;
  private final IntToLongFunction lastBeatMs;
  private final BitSet heartbeating = new BitSet();
  private final BitSet connected = new BitSet();
  private final BitSet holds = new BitSet();
  private final Map<Integer, Lost> lost = new TreeMap<>();
  private boolean pending;
  private Decision decision;

  private record Lost(long atMs, long askAtMs) {}

  /**
   * Makes the state of a node that sees nobody, itself not either.
   *
   * @param intervalMs time between heartbeats
   * @param delayMs after the loss of a link, before the other node counts as still up
   * @param lastBeatMs when a node's heartbeat block was last seen to change, on the clock of the
   *     events
   */
  public Quorum(int self, int intervalMs, int delayMs, IntToLongFunction lastBeatMs) {
    this.self = self;
    this.intervalMs = intervalMs;
    this.delayMs = delayMs;
    this.lastBeatMs = lastBeatMs;
    connected.set(self);
  }

  /** A node begins to heartbeat (o2quo_hb_up). */
  public void heartbeatUp(int node) {
    heartbeating.set(node);
    hold(node, !connected.get(node));
  }

  /** A node is dead, or has left (o2quo_hb_down). */
  public void heartbeatDown(int node) {
    heartbeating.clear(node);
    lost.remove(node);
    hold(node, false);
  }

  /** Messages pass to a node, or again (o2quo_conn_up). */
  public void linkUp(int node) {
    connected.set(node);
    lost.remove(node);
    hold(node, !heartbeating.get(node));
  }

  /** The link to a node is broken, or silent (o2quo_conn_err). */
  public void linkDown(int node, long nowMs) {
    boolean was = connected.get(node);
    connected.clear(node);
    if (heartbeating.get(node) && (was || !lost.containsKey(node))) {
      hold(node, true);
      lost.put(node, new Lost(nowMs, nowMs + delayMs));
    } else if (!heartbeating.get(node)) {
      hold(node, false);
    }
  }

  private void hold(int node, boolean on) {
    holds.set(node, on);
    if (holds.isEmpty() && pending) {
      pending = false;
      decision = decide();
    }
  }

  /** Time has passed. */
  public void tick(long nowMs) {
    for (Map.Entry<Integer, Lost> entry : Map.copyOf(lost).entrySet()) {
      if (nowMs >= entry.getValue().askAtMs()) {
        ask(entry.getKey(), entry.getValue().atMs(), nowMs);
      }
    }
  }

  private void ask(int node, long lostMs, long nowMs) {
    long beatMs = lastBeatMs.applyAsLong(node);
    if (beatMs > lostMs && nowMs - beatMs <= (long) FRESH_INTERVALS * intervalMs) {
      // The kernel's o2quo_hb_still_up.
      lost.remove(node);
      pending = true;
      hold(node, false);
    } else {
      lost.put(node, new Lost(lostMs, nowMs + Math.max(1, intervalMs / 4)));
    }
  }

  /** Returns when {@link #tick} has something to do next; Long.MAX_VALUE if never. */
  public long nextDeadlineMs() {
    return lost.values().stream().mapToLong(Lost::askAtMs).min().orElse(Long.MAX_VALUE);
  }

  /** Returns the decision that has been made since the last call, or null. */
  public Decision poll() {
    Decision made = decision;
    decision = null;
    return made;
  }

  /** Returns how many nodes heartbeat, this one included. */
  public int heartbeatingNodes() {
    return heartbeating.cardinality();
  }

  /** Returns how many of the heartbeating nodes this one reaches, itself included. */
  public int reachableNodes() {
    return reachable().cardinality();
  }

  /** Returns how many nodes are in transition. */
  public int holdingNodes() {
    return holds.cardinality();
  }

  private BitSet reachable() {
    BitSet reachable = (BitSet) connected.clone();
    reachable.and(heartbeating);
    return reachable;
  }

  private Decision decide() {
    int all = heartbeating.cardinality();
    BitSet reachable = reachable();
    int reached = reachable.cardinality();
    int lowest = heartbeating.nextSetBit(0);
    String seen = "reaches nodes " + reachable + " of " + heartbeating + " that heartbeat";
    if (!heartbeating.get(self) || all == 1) {
      return new Decision(false, seen);
    }
    boolean half = all % 2 == 0 && reached == all / 2;
    if (half && !reachable.get(lowest)) {
      return new Decision(true, seen + ": one half, without the lowest node " + lowest);
    }
    if (!half && reached < all / 2 + 1) {
      return new Decision(true, seen + ": " + (all / 2 + 1) + " needed");
    }
    return new Decision(false, seen);
  }
}
