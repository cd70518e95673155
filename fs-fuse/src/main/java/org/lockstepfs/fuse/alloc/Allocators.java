package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.locks.mode.LockMode;

/**
 * All allocators of a mounted volume. Thread-safe.
 *
 * <p>Lock order, within one reservation and against the rest of the file system: truncate log,
 * inode allocators by slot, extent allocators by slot, local alloc, global bitmap, journal handle.
 */
public final class Allocators {
  private final Journal journal;
  private final Geometry geometry;
  private final ClusterAllocator global;
  private final LocalAllocator local;
  private final TruncateLogFile log;
  private final SlotAllocators inodes;
  private final SlotAllocators blocks;
  private final ReentrantLock reclaiming = new ReentrantLock();
  private final AtomicLong reclaims = new AtomicLong();

  /**
   * Makes the allocators; reads nothing yet. This slot's local alloc is empty on disk.
   *
   * @param firstGroup s_first_cluster_group of the superblock, a block number
   * @param nanoTime as {@link System#nanoTime}
   */
  public Allocators(
      Journal journal,
      Geometry geometry,
      AllocInodes files,
      long firstGroup,
      LongSupplier nanoTime) {
    this.journal = journal;
    this.geometry = geometry;
    this.global = new ClusterAllocator(files.globalBitmap(), geometry, firstGroup);
    this.local =
        new LocalAllocator(
            files.localAlloc(), geometry, new WindowSize(geometry, files.slots(), nanoTime));
    this.log = new TruncateLogFile(files.truncateLog());
    this.inodes = new SlotAllocators(files::inodeAlloc, geometry, files.slot(), files.slots());
    this.blocks = new SlotAllocators(files::extentAlloc, geometry, files.slot(), files.slots());
  }

  /**
   * Locks what the reservation needs and makes sure that it can be satisfied. The caller has no
   * journal handle open and no other context.
   *
   * @throws ErrnoException with ENOSPC if the volume is full, after everything that could be
   *     reclaimed was
   */
  public AllocContext reserve(Reservation wanted) throws IOException {
    long seen = reclaims.get();
    try {
      return lock(wanted);
    } catch (ErrnoException full) {
      if (full.errno() != Errno.ENOSPC || !reclaim(seen)) {
        throw full;
      }
    }
    return lock(wanted);
  }

  /** Reserves without frees. */
  public AllocContext reserve(int inodeCount, int metaBlocks, long clusters) throws IOException {
    return reserve(
        Reservation.none()
            .withInodes(inodeCount)
            .withMetaBlocks(metaBlocks)
            .withClusters(clusters));
  }

  private AllocContext lock(Reservation wanted) throws IOException {
    AllocContext context = new AllocContext(wanted);
    boolean done = false;
    try {
      if (wanted.freedRuns() > 0) {
        context.holdLog(log.lock(), log);
        makeRoomInLog(wanted.freedRuns());
      }
      context.holdInodes(inodes.lock(wanted.inodes(), wanted.inodeSlots(), journal, global));
      context.holdBlocks(blocks.lock(wanted.metaBlocks(), wanted.blockSlots(), journal, global));
      if (wanted.clusters() > 0) {
        lockClusters(context, wanted.clusters());
      }
      done = true;
      return context;
    } finally {
      if (!done) {
        context.close();
      }
    }
  }

  private void makeRoomInLog(int runs) throws IOException {
    if (!log.hasRoom(runs)) {
      flushLog();
      if (!log.hasRoom(runs)) {
        throw new IllegalArgumentException("Truncate log can never hold " + runs + " runs");
      }
    }
  }

  private void lockClusters(AllocContext context, long clusters) throws IOException {
    if (local.suits(clusters)) {
      LockedInode.Held lock = local.lock();
      boolean enough = false;
      try {
        enough = local.prepare(journal, global, clusters);
      } finally {
        if (!enough) {
          lock.close();
        }
      }
      if (enough) {
        context.holdLocal(lock, local);
        return;
      }
    }
    context.holdGlobal(global.lock(LockMode.EX), global);
    if (global.free() < clusters) {
      throw new ErrnoException(
          Errno.ENOSPC, clusters + " clusters wanted, " + global.free() + " free");
    }
  }

  /** Brings clusters that this node keeps aside back; returns whether there were any. */
  private boolean reclaim(long seen) throws IOException {
    reclaiming.lock();
    try {
      if (reclaims.get() != seen) {
        return true;
      }
      boolean found;
      try (LockedInode.Held lock = log.lock()) {
        found = log.pending() > 0;
        flushLog();
      }
      found |= returnWindow();
      if (found) {
        reclaims.incrementAndGet();
      }
      return found;
    } finally {
      reclaiming.unlock();
    }
  }

  private void flushLog() throws IOException {
    if (log.pending() > 0) {
      log.flush(journal, global);
      local.clustersFreed();
      inodes.stopStealing();
      blocks.stopStealing();
    }
  }

  private boolean returnWindow() throws IOException {
    try (LockedInode.Held localLock = local.lock()) {
      if (!local.isOpen()) {
        return false;
      }
      boolean useful = local.free() > 0;
      try (LockedInode.Held globalLock = global.lock(LockMode.EX);
          Handle handle = journal.start(LocalAllocator.RETURN_CREDITS)) {
        local.returnWindow(handle, global);
      }
      return useful;
    }
  }

  /** Returns the clusters in this node's truncate log to the global bitmap; call every 2 s. */
  public void flushTruncateLog() throws IOException {
    try (LockedInode.Held lock = log.lock()) {
      flushLog();
    }
  }

  /** Returns truncate log and local window to the global bitmap, at unmount. */
  public void unmount() throws IOException {
    flushTruncateLog();
    returnWindow();
  }

  /**
   * Gives back what a dead slot had in its local window and truncate log, atomically with clearing
   * them; does nothing the second time. Called after that slot's journal was replayed. On return
   * all is at home.
   */
  public void recoverSlot(LockedInode deadLocalAlloc, LockedInode deadTruncateLog)
      throws IOException {
    TruncateLogFile deadLog = new TruncateLogFile(deadTruncateLog);
    try (LockedInode.Held lock = deadLog.lock()) {
      deadLog.flush(journal, global);
    }
    LocalAllocator deadWindow = new LocalAllocator(deadLocalAlloc, geometry, null);
    try (LockedInode.Held windowLock = deadWindow.lock();
        LockedInode.Held globalLock = global.lock(LockMode.EX);
        Handle handle = journal.start(LocalAllocator.RETURN_CREDITS)) {
      deadWindow.returnWindow(handle, global);
    }
    journal.flush();
    local.clustersFreed();
  }

  /** Frees the unused clusters of a window, given a copy of a local_alloc dinode. */
  public void returnToGlobal(ByteBuffer localAllocDinode) throws IOException {
    try (LockedInode.Held lock = global.lock(LockMode.EX);
        Handle handle = journal.start(ClusterAllocator.FREE_CREDITS)) {
      LocalAllocator.returnBits(handle, global, localAllocDinode, geometry);
    }
  }

  /** Frees the clusters in a truncate log, given a copy of a truncate_log dinode. */
  public void replayTruncateLog(ByteBuffer truncateLogDinode) throws IOException {
    try (LockedInode.Held lock = global.lock(LockMode.EX)) {
      TruncateLogFile.replay(journal, global, truncateLogDinode);
    }
  }

  /** Reads the totals; locks the allocators one at a time. */
  public AllocTotals totals() throws IOException {
    long aside = 0;
    try (LockedInode.Held lock = log.lock()) {
      aside += log.pending();
    }
    try (LockedInode.Held lock = local.lock()) {
      aside += local.free();
    }
    try (LockedInode.Held lock = global.lock(LockMode.PR)) {
      return new AllocTotals(global.total(), global.free() + aside);
    }
  }
}
