package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.fuse.inode.LockedInode;

/**
 * The allocators that one operation has locked, with enough free bits for its {@link Reservation}.
 *
 * <p>Get it from {@link Allocators#reserve}, start a handle with room for {@link #credits} blocks,
 * claim and free, stop the handle, close the context. Belongs to one thread. Claims beyond the
 * reservation, and frees that it does not name, throw {@link IllegalStateException}.
 *
 * <p>Counterpart of struct ocfs2_alloc_context in Linux 6.1 fs/ocfs2/suballoc.h.
 */
public final class AllocContext implements AutoCloseable {
  /** Runs that a claim of many clusters is expected to come in; more make the handle grow. */
  private static final int EXPECTED_RUNS = 8;

  /** Extent blocks that one change of a tree frees: a leaf and the nodes above it. */
  private static final int BLOCKS_FREED = 5;

  private final Reservation reservation;
  private final Deque<LockedInode.Held> locks = new ArrayDeque<>();
  private SlotAllocators.Locked inodes;
  private SlotAllocators.Locked blocks;
  private LocalAllocator local;
  private ClusterAllocator global;
  private TruncateLogFile log;
  private int inodesLeft;
  private int blocksLeft;
  private long clustersLeft;

  AllocContext(Reservation reservation) {
    this.reservation = reservation;
    this.inodesLeft = reservation.inodes();
    this.blocksLeft = reservation.metaBlocks();
    this.clustersLeft = reservation.clusters();
  }

  void holdLog(LockedInode.Held lock, TruncateLogFile truncateLog) {
    locks.push(lock);
    log = truncateLog;
  }

  void holdInodes(SlotAllocators.Locked locked) {
    locks.push(locked);
    inodes = locked;
  }

  void holdBlocks(SlotAllocators.Locked locked) {
    locks.push(locked);
    blocks = locked;
  }

  void holdLocal(LockedInode.Held lock, LocalAllocator localAlloc) {
    locks.push(lock);
    local = localAlloc;
  }

  void holdGlobal(LockedInode.Held lock, ClusterAllocator bitmap) {
    locks.push(lock);
    global = bitmap;
  }

  /** Returns how many blocks the claims and frees of the reservation may dirty. */
  public int credits() {
    int credits =
        BlockAllocator.claimCredits(reservation.inodes())
            + BlockAllocator.claimCredits(reservation.metaBlocks())
            + BlockAllocator.FREE_CREDITS * reservation.inodeSlots().size();
    if (!reservation.blockSlots().isEmpty()) {
      credits += BLOCKS_FREED * BlockAllocator.FREE_CREDITS;
    }
    if (local != null) {
      credits += LocalAllocator.CLAIM_CREDITS;
    }
    if (global != null) {
      int runs = (int) Math.min(reservation.clusters(), EXPECTED_RUNS);
      credits += runs * ClusterAllocator.CLAIM_CREDITS;
    }
    if (log != null) {
      credits += TruncateLogFile.APPEND_CREDITS;
    }
    return credits;
  }

  /**
   * Claims an inode.
   *
   * @param near where a dinode came from close to which the new one should lie; null for anywhere
   */
  public ClaimedBlock claimInode(Handle handle, ClaimedBlock near) throws IOException {
    require(inodesLeft > 0, "inode");
    ClaimedBlock claimed = inodes.source().claim(handle, near);
    inodesLeft--;
    return claimed;
  }

  /** Claims a metadata block (extent block, xattr block, directory index root). */
  public ClaimedBlock claimBlock(Handle handle) throws IOException {
    require(blocksLeft > 0, "metadata block");
    ClaimedBlock claimed = blocks.source().claim(handle, null);
    blocksLeft--;
    return claimed;
  }

  /**
   * Claims adjacent clusters, as many as there are in one place.
   *
   * @param goal cluster where the run should start, 0 for anywhere
   * @param max most to take, at least 1
   * @return a run of 1 to {@code max} clusters; call again for the rest
   */
  public ClusterRun claimClusters(Handle handle, long goal, int max) throws IOException {
    require(clustersLeft > 0 && max > 0, "cluster");
    int most = (int) Math.min(max, clustersLeft);
    ClusterRun run =
        local != null ? local.claim(handle, goal, most) : global.claim(handle, goal, 1, most);
    if (run == null) {
      throw new IOException("Global bitmap counts free clusters but has none");
    }
    clustersLeft -= run.count();
    return run;
  }

  /** Returns clusters that were claimed in this context and never used. */
  public void unclaimClusters(Handle handle, ClusterRun run) throws IOException {
    if (local != null) {
      local.unclaim(handle, run);
    } else {
      require(global != null, "global bitmap");
      global.free(handle, run.start(), run.count());
    }
    clustersLeft += run.count();
  }

  /**
   * Frees an inode's block. The caller has forgotten it in the journal.
   *
   * @param inode where it came from, as stored in the dinode
   */
  public void freeInode(Handle handle, ClaimedBlock inode) throws IOException {
    require(inodes != null, "free of an inode");
    inodes.slot(inode.slot()).free(handle, inode);
  }

  /**
   * Frees a metadata block. The caller has forgotten it in the journal.
   *
   * @param block where it came from, as stored in the block
   */
  public void freeBlock(Handle handle, ClaimedBlock block) throws IOException {
    require(blocks != null, "free of a metadata block");
    blocks.slot(block.slot()).free(handle, block);
  }

  /**
   * Frees clusters through the truncate log; they are handed out again only after this handle's
   * transaction is at home.
   */
  public void freeClusters(Handle handle, ClusterRun run) throws IOException {
    require(log != null, "free of clusters");
    log.append(handle, run);
  }

  private static void require(boolean reserved, String what) {
    if (!reserved) {
      throw new IllegalStateException("Not reserved: " + what);
    }
  }

  /** Unlocks the allocators. Idempotent. */
  @Override
  public void close() {
    while (!locks.isEmpty()) {
      locks.pop().close();
    }
  }
}
