package org.lockstepfs.fuse.inode;

import java.io.IOException;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.meta.MetaCache;
import org.lockstepfs.locks.mode.LockMode;

/**
 * An inode as allocation and extent code sees it: a dinode, its metadata blocks, and a lock that is
 * local and cluster-wide at once.
 *
 * <p>Lock order: directory, file, then system files in the order truncate log, inode allocator,
 * extent allocator, local alloc, global bitmap; then the journal handle. No lock is taken while a
 * handle is open.
 */
public interface LockedInode {

  /** A lock held; closing it releases first the cluster lock, then the local one. */
  interface Held extends AutoCloseable {
    @Override
    void close();
  }

  /** Returns the dinode's block number. */
  long block();

  /** Returns the metadata blocks cached under this inode's lock. */
  MetaCache cache();

  /** Returns the dinode's block; only while the lock is held. */
  MetaBuffer dinode() throws IOException;

  /** Waits for the lock, PR or EX, and brings the cache up to date. */
  Held lock(LockMode mode) throws IOException;
}
