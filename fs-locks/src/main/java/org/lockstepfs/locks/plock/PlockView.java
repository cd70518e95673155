package org.lockstepfs.locks.plock;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeSet;

/**
 * The members at one time, and the share of the directory that each has. Two nodes with the same
 * members have the same view and the same id, whatever way they came there.
 */
public final class PlockView {
  private final int[] nodes;
  private final Map<Integer, PlockMember> byNode = new HashMap<>();
  private final long id;

  /**
   * Makes a view.
   *
   * @throws IllegalArgumentException if a node number occurs twice
   */
  public PlockView(Collection<PlockMember> members) {
    long hash = 0x6C6F636B73746570L;
    nodes = new int[members.size()];
    int i = 0;
    for (PlockMember member : new TreeSet<>(members)) {
      if (byNode.put(member.node(), member) != null) {
        throw new IllegalArgumentException("node " + member.node() + " is in the view twice");
      }
      nodes[i++] = member.node();
      hash = mix(hash ^ mix(member.node() + 1L) ^ member.incarnation());
    }
    id = hash;
  }

  /** Returns a 64-bit hash of the members. */
  public long id() {
    return id;
  }

  /** Returns whether exactly this life of the node is a member. */
  public boolean contains(PlockMember member) {
    return member.equals(byNode.get(member.node()));
  }

  /** Returns the member with this node number, or null. */
  public PlockMember member(int node) {
    return byNode.get(node);
  }

  /** Returns the number of members. */
  public int size() {
    return nodes.length;
  }

  /** Returns the node numbers of the members in ascending order; a copy. */
  public int[] nodes() {
    return nodes.clone();
  }

  /** Returns the directory node of a file; the view must not be empty. */
  public int directoryNode(long inode) {
    return nodes[(int) Long.remainderUnsigned(mix(inode), nodes.length)];
  }

  /** The finalizer of SplitMix64: every bit of the input moves every bit of the result. */
  private static long mix(long value) {
    long z = value + 0x9E3779B97F4A7C15L;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  @Override
  public String toString() {
    return byNode.values().toString();
  }
}
