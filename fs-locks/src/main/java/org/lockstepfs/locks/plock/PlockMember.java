package org.lockstepfs.locks.plock;

/**
 * One life of a node: a node that restarts comes back with another incarnation.
 *
 * @param node node number, 0 to 255
 * @param incarnation any value that the node never had before and never has again
 */
public record PlockMember(int node, long incarnation) implements Comparable<PlockMember> {
  /**
   * Checks the node number.
   *
   * @throws IllegalArgumentException if it is not 0 to 255
   */
  public PlockMember {
    if (node < 0 || node > 255) {
      throw new IllegalArgumentException("node number " + node + " is not 0..255");
    }
  }

  @Override
  public int compareTo(PlockMember other) {
    return node != other.node
        ? Integer.compare(node, other.node)
        : Long.compare(incarnation, other.incarnation);
  }
}
