package org.lockstepfs.fuse.extent;

import java.io.IOException;
import java.util.Set;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.fuse.alloc.AllocContext;

/**
 * The extents of one file. Not thread-safe: the caller holds the owner's lock, shared to look up,
 * exclusive to change.
 *
 * <p>Changes keep the owner's cluster count right (i_clusters of a dinode) and free extent blocks
 * that fall empty; every changed block is given to the handle first.
 */
public interface ExtentTree {

  /** Returns what lies at {@code cpos}: from there to the end of its extent or hole. */
  Mapping lookup(long cpos) throws IOException;

  /**
   * Inserts an extent into a hole; merges it with neighbours that continue it.
   *
   * @param extent at most 65535 clusters
   * @throws IllegalArgumentException if part of the range is allocated
   */
  void insert(Handle handle, AllocContext alloc, Mapping extent) throws IOException;

  /** Turns unwritten extents within a range into written ones; others stay as they are. */
  void markWritten(Handle handle, AllocContext alloc, long cpos, long clusters) throws IOException;

  /**
   * Removes the last extent, or part of it, within a range and frees its clusters. One extent per
   * call keeps the handle small; call until it returns null.
   *
   * @return what was removed, null if the range holds nothing
   */
  Mapping removeLast(Handle handle, AllocContext alloc, long cpos, long clusters)
      throws IOException;

  /**
   * Returns how many metadata blocks must be reserved so that the tree can take {@code records}
   * more records; a split adds one record, marking a range written up to two.
   */
  int metaBlocksNeeded(int records) throws IOException;

  /** Returns how many blocks one change may dirty, without what the alloc context dirties. */
  int credits() throws IOException;

  /** Returns the slots of the extent blocks that removing from {@code cpos} up may free. */
  Set<Integer> blockSlots(long cpos) throws IOException;
}
