package org.lockstepfs.locks.o2dlm;

import java.util.PrimitiveIterator;
import java.util.function.IntConsumer;
import java.util.stream.IntStream;

/** Mutable set of node numbers 0 to 254. */
public final class NodeMap {
  /** Number of node numbers; also stands for "no node" or "owner unknown" (O2NM_MAX_NODES). */
  public static final int MAX_NODES = 255;

  private long w0;
  private long w1;
  private long w2;
  private long w3;

  /** Makes a set of the given nodes. */
  public static NodeMap of(int... nodes) {
    NodeMap map = new NodeMap();
    for (int node : nodes) {
      map.add(node);
    }
    return map;
  }

  /** Returns an independent copy. */
  public NodeMap copy() {
    NodeMap map = new NodeMap();
    map.set(this);
    return map;
  }

  /** Makes this set equal to another. */
  public void set(NodeMap other) {
    w0 = other.w0;
    w1 = other.w1;
    w2 = other.w2;
    w3 = other.w3;
  }

  /** Empties the set. */
  public void clear() {
    w0 = w1 = w2 = w3 = 0;
  }

  /**
   * Adds a node.
   *
   * @throws IllegalArgumentException if {@code node} is not 0 to 254
   */
  public void add(int node) {
    long bit = 1L << check(node);
    switch (node >> 6) {
      case 0 -> w0 |= bit;
      case 1 -> w1 |= bit;
      case 2 -> w2 |= bit;
      default -> w3 |= bit;
    }
  }

  /** Removes a node; no effect if it is absent. */
  public void remove(int node) {
    long bit = ~(1L << check(node));
    switch (node >> 6) {
      case 0 -> w0 &= bit;
      case 1 -> w1 &= bit;
      case 2 -> w2 &= bit;
      default -> w3 &= bit;
    }
  }

  /** Returns whether the node is in the set; false for numbers that no node can have. */
  public boolean contains(int node) {
    return node >= 0 && node < MAX_NODES && (word(node >> 6) >>> node & 1) != 0;
  }

  /** Returns whether the set is empty. */
  public boolean isEmpty() {
    return (w0 | w1 | w2 | w3) == 0;
  }

  /** Returns the number of nodes. */
  public int size() {
    return Long.bitCount(w0) + Long.bitCount(w1) + Long.bitCount(w2) + Long.bitCount(w3);
  }

  /** Returns the lowest node, or {@link #MAX_NODES} if there is none. */
  public int first() {
    return next(0);
  }

  /** Returns the lowest node that is not below {@code from}, or {@link #MAX_NODES}. */
  public int next(int from) {
    for (int node = from; node < MAX_NODES; node = ((node >> 6) + 1) << 6) {
      long rest = word(node >> 6) >>> node;
      if (rest != 0) {
        return node + Long.numberOfTrailingZeros(rest);
      }
    }
    return MAX_NODES;
  }

  /** Calls back for each node in ascending order; the callback must not change the set. */
  public void forEach(IntConsumer action) {
    for (int node = first(); node < MAX_NODES; node = next(node + 1)) {
      action.accept(node);
    }
  }

  /** Returns the nodes in ascending order. */
  public IntStream stream() {
    return IntStream.range(0, MAX_NODES).filter(this::contains);
  }

  private long word(int index) {
    return switch (index) {
      case 0 -> w0;
      case 1 -> w1;
      case 2 -> w2;
      default -> w3;
    };
  }

  private static int check(int node) {
    if (node < 0 || node >= MAX_NODES) {
      throw new IllegalArgumentException("node number " + node + " is not 0..254");
    }
    return node;
  }

  @Override
  public boolean equals(Object o) {
    return o instanceof NodeMap m && w0 == m.w0 && w1 == m.w1 && w2 == m.w2 && w3 == m.w3;
  }

  @Override
  public int hashCode() {
    return Long.hashCode(w0 * 31 + w1 * 961 + w2 * 29791 + w3);
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder("{");
    PrimitiveIterator.OfInt nodes = stream().iterator();
    while (nodes.hasNext()) {
      text.append(text.length() > 1 ? "," : "").append(nodes.nextInt());
    }
    return text.append('}').toString();
  }
}
