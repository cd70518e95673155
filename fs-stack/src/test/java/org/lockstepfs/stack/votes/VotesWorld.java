package org.lockstepfs.stack.votes;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;

/** True time, the events to come, and the network between the nodes of one run. */
final class VotesWorld {
  static final long MS = 1_000_000;
  private static final int MAX_NODES = 8;

  private record Event(long atNanos, long order, Runnable task) {}

  final Random random;
  final Sabotage sabotage;
  final int size;
  final List<VotesNode> nodes = new ArrayList<>();
  final List<String> violations = new ArrayList<>();
  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
  private final boolean[][] cut = new boolean[MAX_NODES][MAX_NODES];
  private final long[][] lastArrival = new long[MAX_NODES][MAX_NODES];
  private long order;
  private long nowNanos;
  long lives = 1_000;

  /** Makes a world of nodes 1 to {@code size}, none of which runs. */
  VotesWorld(long seed, int size, Sabotage sabotage) {
    this.random = new Random(seed);
    this.size = size;
    this.sabotage = sabotage;
  }

  /** Starts all nodes within some time of each other. */
  void startAll(long withinMs) {
    for (int n = 1; n <= size; n++) {
      int number = n;
      after(between(0, withinMs), () -> new VotesNode(this, number).start());
    }
  }

  long now() {
    return nowNanos;
  }

  long between(long lowMs, long highMs) {
    return (lowMs + (long) (random.nextDouble() * (highMs - lowMs))) * MS;
  }

  void after(long nanos, Runnable task) {
    events.add(new Event(nowNanos + nanos, order++, task));
  }

  void pass(long ms) {
    long end = nowNanos + ms * MS;
    while (!events.isEmpty() && events.peek().atNanos() <= end) {
      Event next = events.remove();
      nowNanos = Math.max(nowNanos, next.atNanos());
      next.task().run();
    }
    nowNanos = end;
  }

  /** Cuts what goes from one node to another, or lets it pass again. */
  void cut(int from, int to, boolean isCut) {
    cut[from][to] = isCut;
  }

  /** Cuts a side, a set of bits 1 &lt;&lt; node, from the rest, or joins it again. */
  void split(int side, boolean isCut) {
    for (int a = 1; a <= size; a++) {
      for (int b = 1; b <= size; b++) {
        if ((side >> a & 1) != (side >> b & 1)) {
          cut[a][b] = isCut;
        }
      }
    }
  }

  void heal() {
    for (boolean[] from : cut) {
      java.util.Arrays.fill(from, false);
    }
  }

  boolean isCut(int from, int to) {
    return cut[from][to];
  }

  /** Returns the present life of a node, or null. */
  VotesNode node(int number) {
    return nodes.stream().filter(n -> n.number == number).findFirst().orElse(null);
  }

  List<VotesNode> running() {
    return nodes.stream().filter(VotesNode::isRunning).toList();
  }

  /** Carries a beat over a connection: in order, and later if the way is cut now. */
  void carry(VotesNode from, VotesNode to, Beat beat, long sentNanos) {
    if (isCut(from.number, to.number)) {
      // TCP tries again after pauses that double.
      long pause = Math.max(200 * MS, nowNanos - sentNanos);
      after(
          pause,
          () -> {
            if (from.isRunning()) {
              carry(from, to, beat, sentNanos);
            }
          });
      return;
    }
    long arrival = Math.max(nowNanos + between(0, 20), lastArrival[from.number][to.number] + 1);
    lastArrival[from.number][to.number] = arrival;
    after(arrival - nowNanos, () -> to.receive(from, beat));
  }

  void violation(String what) {
    violations.add(nowNanos / MS + " ms: " + what);
  }
}
