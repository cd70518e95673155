package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.locks.mode.LockMode;

/**
 * The global bitmap: one bit for each cluster of the volume. The caller holds its lock.
 *
 * <p>Freed bits may be claimed at once: what a transaction frees reaches this bitmap through the
 * truncate log, after that transaction.
 */
final class ClusterAllocator {
  /** Blocks that a claim dirties: dinode, group, and the group before it in the chain. */
  static final int CLAIM_CREDITS = 3;

  /** Blocks that freeing one run dirties. */
  static final int FREE_CREDITS = 2;

  private final ChainAllocator chains;
  private final Geometry geometry;
  private final long firstGroup;

  /**
   * Makes an allocator.
   *
   * @param firstGroup block of the group whose first bit is cluster 0 (s_first_cluster_group)
   */
  ClusterAllocator(LockedInode bitmap, Geometry geometry, long firstGroup) {
    this.chains = new ChainAllocator(bitmap, geometry, true);
    this.geometry = geometry;
    this.firstGroup = firstGroup;
  }

  LockedInode.Held lock(LockMode mode) throws IOException {
    return chains.lock(mode);
  }

  long free() throws IOException {
    return chains.dinode().free();
  }

  long total() throws IOException {
    return chains.dinode().total();
  }

  /** Returns the most clusters that can lie in a row: a group without its descriptor. */
  int longestRun() throws IOException {
    return chains.dinode().clustersPerGroup() - 1;
  }

  /** Claims a run of {@code min} to {@code max} clusters; null if there is none. */
  ClusterRun claim(Handle handle, long goal, int min, int max) throws IOException {
    boolean useful = goal > 0 && goal < chains.dinode().clusters();
    long goalGroup = useful ? groupOf(goal) : 0;
    int goalBit = useful ? bitOf(goal) : 0;
    ChainAllocator.Claim found = chains.claim(handle, goalGroup, goalBit, min, max);
    if (found == null) {
      return null;
    }
    long start = chains.firstCluster(found.group().block()) + found.bits().start();
    return new ClusterRun(start, found.bits().count());
  }

  /**
   * Frees clusters.
   *
   * @throws IOException also if one of them lies outside the volume or is free
   */
  void free(Handle handle, long start, long count) throws IOException {
    if (start <= 0 || count <= 0 || start + count > chains.dinode().clusters()) {
      throw new IOException("Cannot free clusters " + start + "+" + count + ": not on the volume");
    }
    long next = start;
    while (next < start + count) {
      int bit = bitOf(next);
      int here = (int) Math.min(start + count - next, clustersPerGroup() - bit);
      chains.free(handle, groupOf(next), bit, here);
      next += here;
    }
  }

  private int clustersPerGroup() throws IOException {
    return chains.dinode().clustersPerGroup();
  }

  private long groupOf(long cluster) throws IOException {
    long number = cluster / clustersPerGroup();
    return number == 0 ? firstGroup : geometry.clusterToBlock(number * clustersPerGroup());
  }

  private int bitOf(long cluster) throws IOException {
    return (int) (cluster % clustersPerGroup());
  }
}
