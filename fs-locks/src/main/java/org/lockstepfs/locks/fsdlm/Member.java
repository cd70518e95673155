package org.lockstepfs.locks.fsdlm;

/**
 * One life of a node in a lockspace.
 *
 * @param node node number, 0 to {@value #MAX_NODE}
 * @param incarnation differs at each join of the node; one that is seen gone never comes back
 */
public record Member(int node, long incarnation) {
  /** Highest node number. */
  public static final int MAX_NODE = 0xffff;

  /** Checks the range. */
  public Member {
    if (node < 0 || node > MAX_NODE) {
      throw new IllegalArgumentException("node number " + node + " is not 0.." + MAX_NODE);
    }
  }
}
