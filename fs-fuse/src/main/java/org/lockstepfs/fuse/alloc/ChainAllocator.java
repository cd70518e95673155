package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import org.lockstepfs.blockdev.format.Bitmap;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.locks.mode.LockMode;

/**
 * The groups of one allocator file, linked in chains: finds free bits, sets and clears them, and
 * keeps all counts. The caller holds the file's lock, exclusive to change.
 *
 * <p>A claim goes to the caller's goal, else to the group of the last claim, else to the chain with
 * the most free bits, else to any chain; a group found deep in a chain is moved to its head.
 *
 * <p>Source: ocfs2_claim_suballoc_bits in Linux 6.1 fs/ocfs2/suballoc.c.
 */
final class ChainAllocator {
  /**
   * Bits that were claimed.
   *
   * @param group their group, as it is after the claim
   * @param bits the bits
   */
  record Claim(Group group, Bitmap.Run bits) {}

  private final LockedInode inode;
  private final Geometry geometry;
  private final boolean clusters;
  private long lastGroup;
  private int nextBit;

  /**
   * Makes an allocator.
   *
   * @param clusters whether this is the global bitmap, whose bits are clusters
   */
  ChainAllocator(LockedInode inode, Geometry geometry, boolean clusters) {
    this.inode = inode;
    this.geometry = geometry;
    this.clusters = clusters;
  }

  LockedInode.Held lock(LockMode mode) throws IOException {
    return inode.lock(mode);
  }

  ChainDinode dinode() throws IOException {
    return new ChainDinode(inode.dinode());
  }

  Group group(long block) throws IOException {
    if (block <= 0 || geometry.blockToCluster(block) >= geometry.clusters()) {
      throw new CorruptBlockException(
          inode.block(), "i_chain", "group at block " + block + " is outside the volume");
    }
    return Group.open(inode.cache().read(block), dinode(), geometry);
  }

  /** Makes the descriptor of a new group, in a block that was just claimed for it. */
  Group newGroup(Handle handle, long block) throws IOException {
    ChainDinode di = dinode();
    MetaBuffer buffer = inode.cache().fresh(block);
    handle.dirty(buffer);
    return Group.format(buffer, di, di.bitsPerGroup(), geometry);
  }

  /**
   * Claims adjacent bits, up to {@code max}.
   *
   * @param goalGroup group to look in first, 0 for any
   * @param goalBit bit at which the run should start if it is free, else where the search begins
   * @return at least {@code min} bits, or null if no group has so many in a row
   */
  Claim claim(Handle handle, long goalGroup, int goalBit, int min, int max) throws IOException {
    Claim found = null;
    if (goalGroup != 0) {
      found = claimIn(handle, group(goalGroup), goalBit, min, max);
    }
    if (found == null && lastGroup != 0 && lastGroup != goalGroup) {
      found = claimIn(handle, group(lastGroup), nextBit, min, max);
    }
    ChainDinode di = dinode();
    if (found == null && di.chains() > 0) {
      int best = di.freestChain();
      found = claimInChain(handle, best, min, max, true);
      for (int chain = 0; found == null && chain < di.chains(); chain++) {
        if (chain != best && di.free(chain) >= min) {
          found = claimInChain(handle, chain, min, max, false);
        }
      }
    }
    remember(found);
    return found;
  }

  private void remember(Claim found) {
    if (found == null) {
      lastGroup = 0;
    } else {
      lastGroup = found.group().free() > 0 ? found.group().block() : 0;
      nextBit = found.bits().start() + found.bits().count();
    }
  }

  private Claim claimInChain(Handle handle, int chain, int min, int max, boolean relink)
      throws IOException {
    ChainDinode di = dinode();
    Group previous = null;
    long next = di.head(chain);
    long bitsSeen = 0;
    while (next != 0 && bitsSeen <= di.total()) {
      Group group = group(next);
      Claim found = claimIn(handle, group, 0, min, max);
      if (found != null) {
        if (relink && previous != null && group.free() > 0) {
          moveToHead(handle, di, previous, group);
        }
        return found;
      }
      bitsSeen += Math.max(1, group.bits());
      previous = group;
      next = group.next();
    }
    return null;
  }

  private static void moveToHead(Handle handle, ChainDinode di, Group previous, Group group)
      throws IOException {
    previous.dirty(handle);
    previous.setNext(group.next());
    group.setNext(di.head(group.chain()));
    di.setHead(group.chain(), group.block());
  }

  private Claim claimIn(Handle handle, Group group, int from, int min, int max) throws IOException {
    if (group.free() < min) {
      return null;
    }
    Bitmap.Run run = search(group, from, min, max);
    if (run == null) {
      return null;
    }
    ChainDinode di = dinode();
    di.dirty(handle);
    group.dirty(handle);
    group.claim(run);
    di.use(group.chain(), run.count());
    return new Claim(group, run);
  }

  private Bitmap.Run search(Group group, int from, int min, int max) throws IOException {
    Bitmap bits = group.bitmap();
    int limit = limit(group);
    if (clusters && from > 0 && from < limit) {
      int free = Math.min(bits.nextSet(from), limit) - from;
      if (free >= min) {
        return new Bitmap.Run(from, Math.min(free, max));
      }
    }
    Bitmap.Run best = bits.findClear(from, limit, max);
    if (best.count() < max && from > 0) {
      Bitmap.Run wrapped = bits.findClear(0, limit, max);
      best = wrapped.count() > best.count() ? wrapped : best;
    }
    return best.count() < min ? null : best;
  }

  /** The last group may reach behind the volume's end after an interrupted resize. */
  private int limit(Group group) throws IOException {
    if (!clusters) {
      return group.bits();
    }
    long limit = dinode().clusters() - firstCluster(group.block());
    return (int) Math.max(0, Math.min(limit, group.bits()));
  }

  /** Returns the cluster of bit 0 of a group of clusters. */
  long firstCluster(long group) throws IOException {
    long cluster = geometry.blockToCluster(group);
    return cluster < dinode().clustersPerGroup() ? 0 : cluster;
  }

  /** Frees bits that are in use. */
  void free(Handle handle, long groupBlock, int bit, int count) throws IOException {
    Group group = group(groupBlock);
    ChainDinode di = dinode();
    group.dirty(handle);
    di.dirty(handle);
    group.release(bit, count);
    di.use(group.chain(), -count);
  }
}
