package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.fuse.inode.LockedInode;

/**
 * All allocators of a mounted volume. Thread-safe.
 *
 * <p>Lock order, within one reservation and against the rest of the file system: truncate log,
 * inode allocators by slot, extent allocators by slot, local alloc, global bitmap, journal handle.
 */
public interface Allocators {

  /**
   * Locks what the reservation needs and makes sure that it can be satisfied. The caller has no
   * journal handle open and no other context.
   *
   * @throws org.lockstepfs.blockdev.sys.ErrnoException with ENOSPC if the volume is full, after
   *     everything that could be reclaimed was
   */
  AllocContext reserve(Reservation wanted) throws IOException;

  /** Reserves without frees. */
  default AllocContext reserve(int inodes, int metaBlocks, long clusters) throws IOException {
    return reserve(
        Reservation.none().withInodes(inodes).withMetaBlocks(metaBlocks).withClusters(clusters));
  }

  /** Returns the clusters in this node's truncate log to the global bitmap; call every 2 s. */
  void flushTruncateLog() throws IOException;

  /** Returns truncate log and local window to the global bitmap, at unmount. */
  void unmount() throws IOException;

  /**
   * Gives back what a dead slot had in its local window and truncate log, atomically with clearing
   * them; does nothing the second time. Called after that slot's journal was replayed.
   */
  void recoverSlot(LockedInode deadLocalAlloc, LockedInode deadTruncateLog) throws IOException;

  /** Frees the unused clusters of a window, given a copy of a local_alloc dinode. */
  void returnToGlobal(ByteBuffer localAllocDinode) throws IOException;

  /** Frees the clusters in a truncate log, given a copy of a truncate_log dinode. */
  void replayTruncateLog(ByteBuffer truncateLogDinode) throws IOException;

  /** Reads the totals; locks the allocators shared, one at a time. */
  AllocTotals totals() throws IOException;
}
