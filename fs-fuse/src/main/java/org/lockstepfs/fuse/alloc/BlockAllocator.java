package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.ExtentList;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.locks.mode.LockMode;

/**
 * A slot's allocator of inodes or of extent blocks. Its groups are clusters from the global bitmap
 * and are never given back. The caller holds its lock.
 *
 * <p>Source: ocfs2_block_group_alloc in Linux 6.1 fs/ocfs2/suballoc.c.
 */
final class BlockAllocator {
  /** Blocks that freeing one block dirties. */
  static final int FREE_CREDITS = 2;

  /** Blocks that a new group dirties here: descriptor and dinode. */
  private static final int GROUP_CREDITS = 2;

  private final ChainAllocator chains;
  private final Geometry geometry;
  private final int slot;

  BlockAllocator(LockedInode file, Geometry geometry, int slot) {
    this.chains = new ChainAllocator(file, geometry, false);
    this.geometry = geometry;
    this.slot = slot;
  }

  int slot() {
    return slot;
  }

  LockedInode.Held lock(LockMode mode) throws IOException {
    return chains.lock(mode);
  }

  long free() throws IOException {
    return chains.dinode().free();
  }

  /** Returns how many blocks {@code claims} claims may dirty. */
  static int claimCredits(int claims) {
    return claims == 0 ? 0 : 1 + 2 * claims;
  }

  /**
   * Claims a block. The caller made sure that there is a free one.
   *
   * @param near a block of this slot's allocator to lie close to, or null
   */
  ClaimedBlock claim(Handle handle, ClaimedBlock near) throws IOException {
    long goal = near != null && near.slot() == slot ? groupOf(near) : 0;
    ChainAllocator.Claim found = chains.claim(handle, goal, 0, 1, 1);
    if (found == null) {
      throw new CorruptBlockException(
          chains.dinode().block(), "i_used", "counts free bits, but no group has one");
    }
    Group group = found.group();
    int bit = found.bits().start();
    return new ClaimedBlock(
        group.blockOf(bit, chains.dinode().bitsPerCluster()),
        slot,
        group.isInPieces() ? group.block() : 0,
        bit);
  }

  private static long groupOf(ClaimedBlock block) {
    return block.group() != 0 ? block.group() : block.block() - block.bit();
  }

  /** Frees a block. */
  void free(Handle handle, ClaimedBlock block) throws IOException {
    Group group = chains.group(groupOf(block));
    if (group.blockOf(block.bit(), chains.dinode().bitsPerCluster()) != block.block()) {
      throw new IOException("Cannot free " + block + ": its group places that bit elsewhere");
    }
    chains.free(handle, group.block(), block.bit(), 1);
  }

  /**
   * Adds a group, in a transaction of its own.
   *
   * @param clusters the global bitmap, locked
   * @return false if there is no space for a group
   */
  boolean grow(Journal journal, ClusterAllocator clusters) throws IOException {
    int wanted = chains.dinode().clustersPerGroup();
    try (Handle handle = journal.start(GROUP_CREDITS + ClusterAllocator.CLAIM_CREDITS)) {
      ClusterRun run =
          wanted <= clusters.longestRun() ? clusters.claim(handle, 0, wanted, wanted) : null;
      if (run != null) {
        link(handle, chains.newGroup(handle, geometry.clusterToBlock(run.start())));
        return true;
      }
    }
    return Group.mayBeInPieces(geometry) && growInPieces(journal, clusters, wanted);
  }

  private boolean growInPieces(Journal journal, ClusterAllocator clusters, int wanted)
      throws IOException {
    int maxPieces = ExtentList.perGroupDescriptor(geometry.blockSize());
    int claimCredits = 1 + 2 * maxPieces;
    try (Handle handle =
        journal.start(Math.min(GROUP_CREDITS + claimCredits, journal.maxHandleBlocks()))) {
      List<ClusterRun> pieces = claimPieces(handle, clusters, wanted, maxPieces);
      if (pieces == null) {
        return false;
      }
      Group group = chains.newGroup(handle, geometry.clusterToBlock(pieces.get(0).start()));
      group.initPieces();
      long cpos = 0;
      for (ClusterRun piece : pieces) {
        group.addPiece(cpos, piece, geometry);
        cpos += piece.count();
      }
      link(handle, group);
      return true;
    }
  }

  /**
   * Claims a group's clusters in few pieces, large ones first; null and nothing claimed if it
   * fails.
   */
  private static List<ClusterRun> claimPieces(
      Handle handle, ClusterAllocator clusters, int wanted, int maxPieces) throws IOException {
    List<ClusterRun> pieces = new ArrayList<>();
    int missing = wanted;
    int min = wanted / 2;
    while (missing > 0 && min > 0 && pieces.size() < maxPieces) {
      ClusterRun piece = clusters.claim(handle, 0, Math.min(min, missing), missing);
      if (piece == null) {
        min /= 2;
      } else {
        pieces.add(piece);
        missing -= piece.count();
      }
    }
    if (missing == 0) {
      return pieces;
    }
    for (ClusterRun piece : pieces) {
      clusters.free(handle, piece.start(), piece.count());
    }
    return null;
  }

  private void link(Handle handle, Group group) throws IOException {
    ChainDinode di = chains.dinode();
    di.dirty(handle);
    di.addGroup(group, geometry.clusterSize());
  }
}
