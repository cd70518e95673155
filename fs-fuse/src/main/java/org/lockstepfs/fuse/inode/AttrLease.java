package org.lockstepfs.fuse.inode;

/**
 * Whether the kernel may go on showing an inode's attributes without asking: it may as long as this
 * node caches the inode's META lock, and is told when that goes.
 *
 * <p>Granted only for an inode that the kernel has in memory: one that it does not know yet,
 * because the answer to a lookup is still on its way, cannot be told anything. The kernel discards
 * an answer that was under way when it was told (fs/fuse/inode.c, attr_version). Thread-safe.
 */
public final class AttrLease {
  private volatile boolean known;
  private volatile boolean granted;

  /** The kernel has asked by node id: it has the inode in memory. */
  public void markKnown() {
    known = true;
  }

  /** The kernel has forgotten the inode. */
  void forget() {
    known = false;
    granted = false;
  }

  /** Grants the lease if the kernel can be told of its end; the META lock is held. */
  public boolean grant() {
    granted = known;
    return known;
  }

  /** Ends the lease; returns whether there was one. */
  boolean revoke() {
    boolean was = granted;
    granted = false;
    return was;
  }
}
