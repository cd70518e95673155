package org.lockstepfs.fuse.vfs;

/**
 * The other direction: what the file system tells the kernel to drop. What the kernel does not know
 * is passed over, as is everything after the connection's end.
 *
 * <p>But for {@link #invalidateAttributes} never called on a thread that runs an operation or holds
 * what an operation may wait for: the call returns when the kernel is through, and meanwhile the
 * kernel may write dirty pages back (WRITE requests on that inode) or wait for an operation that
 * holds the directory's inode lock.
 */
public interface KernelCaches {

  /** Drops cached attributes. The kernel waits for nothing: may be called on any thread. */
  void invalidateAttributes(long nodeId);

  /**
   * Drops cached attributes, and cached data in a byte range.
   *
   * @param offset first byte
   * @param length in bytes; 0 means to the end
   */
  void invalidateInode(long nodeId, long offset, long length);

  /** Drops a cached name of at most {@link Name#MAX_LENGTH} bytes. */
  void invalidateEntry(long parent, Name name);
}
