package org.lockstepfs.locks.plock;

/**
 * Who holds a lock: an opaque owner value on a node. Owners are equal when both agree.
 *
 * @param node node number
 * @param owner the kernel's owner value on that node
 */
public record PlockOwner(int node, long owner) {
  @Override
  public int hashCode() {
    return Long.hashCode(owner * 0x9E3779B97F4A7C15L) ^ node;
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof PlockOwner o && o.owner == owner && o.node == node;
  }
}
