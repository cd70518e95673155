package org.lockstepfs.fuse.vfs;

/**
 * The other direction: what the file system tells the kernel to drop. Never called on a thread that
 * holds what the kernel may ask for meanwhile.
 */
public interface KernelCaches {

  /** Drops cached attributes, and cached data in a byte range; length 0 means to the end. */
  void invalidateInode(long nodeId, long offset, long length);

  /** Drops a cached name. */
  void invalidateEntry(long parent, Name name);
}
