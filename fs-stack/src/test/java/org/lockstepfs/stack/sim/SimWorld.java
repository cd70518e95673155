package org.lockstepfs.stack.sim;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.config.HeartbeatMode;
import org.lockstepfs.stack.config.Tuning;

/** True time, the events to come, the disk's bytes and the network between the nodes of one run. */
public final class SimWorld {
  public static final long MS = 1_000_000;
  static final int SECTOR = 512;

  private record Event(long atNanos, long order, Runnable task) {}

  public final Random random;
  final Sabotage sabotage;
  final byte[] disk = new byte[16 * SECTOR];
  public final List<SimNode> nodes = new ArrayList<>();
  public final List<String> violations = new ArrayList<>();
  final ClusterConfig config;

  /** Whether the storage carries out what it held back for longer than the writer was to wait. */
  public boolean lateWritesLand;

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::atNanos).thenComparingLong(Event::order));
  private final boolean[][] cut = new boolean[16][16];
  private long lastCutNanos;
  private long order;
  private long nowNanos;

  /** Makes a world of nodes 1 to {@code size}, none of which runs. */
  public SimWorld(long seed, int size, Sabotage sabotage) {
    this.random = new Random(seed);
    this.sabotage = sabotage;
    List<ClusterNode> all = new ArrayList<>();
    for (int n = 1; n <= size; n++) {
      all.add(new ClusterNode(n, "n" + n, null, n, n));
    }
    config = new ClusterConfig("sim", HeartbeatMode.LOCAL, all, List.of(), Tuning.DEFAULT);
  }

  /** Returns true time in nanoseconds. */
  public long now() {
    return nowNanos;
  }

  /** Returns a span at random, in nanoseconds. */
  public long between(long lowMs, long highMs) {
    return (lowMs + (long) (random.nextDouble() * (highMs - lowMs))) * MS;
  }

  /** Has something happen later. */
  public void after(long nanos, Runnable task) {
    events.add(new Event(nowNanos + nanos, order++, task));
  }

  /**
   * Lets the world go on until a time; called within an event, it is that event's thread that
   * waits.
   */
  public void passUntil(long atNanos) {
    while (!events.isEmpty() && events.peek().atNanos() <= atNanos) {
      Event next = events.remove();
      nowNanos = Math.max(nowNanos, next.atNanos());
      next.task().run();
    }
    nowNanos = Math.max(nowNanos, atNanos);
  }

  /**
   * Cuts every link between a side, a set of bits 1 &lt;&lt; node, and the rest, or joins it again.
   */
  public void split(int side, boolean isCut) {
    lastCutNanos = nowNanos;
    for (SimNode a : nodes) {
      for (SimNode b : nodes) {
        if ((side >> a.number & 1) != (side >> b.number & 1)) {
          cut[a.number][b.number] = isCut;
        }
      }
    }
  }

  /** Cuts what goes from one node to another, or lets it pass again. */
  public void cut(int from, int to, boolean isCut) {
    cut[from][to] = isCut;
  }

  long lastCut() {
    return lastCutNanos;
  }

  /** Returns whether nothing passes between two nodes. */
  public boolean isCut(SimNode a, SimNode b) {
    return cut[a.number][b.number];
  }

  /** Notes that a rule is broken. */
  public void violation(String what) {
    violations.add(nowNanos / MS + " ms: " + what);
  }
}
