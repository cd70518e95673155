package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lockstepfs.blockdev.format.Bitmap;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.locks.mode.LockMode;

/**
 * A slot's window into the global bitmap. The window's clusters are in use as far as the global
 * bitmap knows; which of them really are, the window's own bitmap says. The caller holds the lock
 * of the slot's local_alloc file.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/localalloc.c.
 */
final class LocalAllocator {
  /** Blocks that a claim dirties. */
  static final int CLAIM_CREDITS = 1;

  /** Blocks that giving a window back dirties. */
  static final int RETURN_CREDITS = 1 + ClusterAllocator.FREE_CREDITS;

  private final LockedInode inode;
  private final Geometry geometry;
  private final WindowSize size;
  private int cursor;

  LocalAllocator(LockedInode inode, Geometry geometry, WindowSize size) {
    this.inode = inode;
    this.geometry = geometry;
    this.size = size;
  }

  LockedInode.Held lock() throws IOException {
    return inode.lock(LockMode.EX);
  }

  /** The window as the dinode holds it. */
  private static final class Window {
    final Dinode dinode;
    final long start;
    final int clusters;
    final Bitmap bitmap;

    Window(ByteBuffer data, Geometry geometry) throws CorruptBlockException {
      dinode = Dinode.of(data);
      bitmap = dinode.localAlloc().bitmap();
      start = dinode.localAlloc().offset();
      clusters = (int) Math.min(dinode.bitmapTotal(), Integer.MAX_VALUE);
      if (clusters > bitmap.size()
          || bitmap.size() > 8 * data.capacity()
          || start + clusters > geometry.clusters()) {
        throw new CorruptBlockException(
            dinode.blkno(), "i_lab", clusters + " clusters from " + start);
      }
      if (dinode.bitmapUsed() > clusters) {
        throw new CorruptBlockException(
            dinode.blkno(), "i_used", dinode.bitmapUsed() + " of " + clusters);
      }
    }

    long free() {
      return clusters - dinode.bitmapUsed();
    }

    int nextClear(int from) {
      return Math.min(clusters, bitmap.nextClear(from));
    }

    int nextSet(int from) {
      return Math.min(clusters, bitmap.nextSet(from));
    }
  }

  private Window window() throws IOException {
    return new Window(inode.dinode().data(), geometry);
  }

  /** Returns whether there is a window. */
  boolean isOpen() throws IOException {
    return window().clusters > 0;
  }

  /** Returns the number of clusters in the window that are free. */
  long free() throws IOException {
    return window().free();
  }

  /** Returns whether a request is small enough for the window as it is meant to be now. */
  boolean suits(long clusters) {
    return clusters <= size.bits() / 2;
  }

  /** Notes that clusters came free in the global bitmap. */
  void clustersFreed() {
    size.restore();
  }

  /**
   * Makes sure that the window has so many free clusters, moving it if it has not.
   *
   * @return false if it cannot: then the request must go to the global bitmap
   */
  boolean prepare(Journal journal, ClusterAllocator global, long clusters) throws IOException {
    if (!suits(clusters)) {
      return false;
    }
    if (free() >= clusters) {
      return true;
    }
    try (LockedInode.Held lock = global.lock(LockMode.EX);
        Handle handle = journal.start(RETURN_CREDITS + ClusterAllocator.CLAIM_CREDITS)) {
      returnWindow(handle, global);
      openWindow(handle, global);
    }
    return free() >= clusters;
  }

  private void openWindow(Handle handle, ClusterAllocator global) throws IOException {
    for (int bits = size.bits(); bits > 0; bits = size.bits()) {
      int wanted = Math.min(bits, global.longestRun());
      ClusterRun run = global.claim(handle, 0, wanted, wanted);
      if (run != null) {
        handle.dirty(inode.dinode());
        Dinode dinode = Dinode.of(inode.dinode().data());
        dinode.localAlloc().setOffset(run.start());
        dinode.setBitmapTotal(run.count());
        cursor = 0;
        return;
      }
      size.tooLarge();
    }
  }

  /** Gives the free clusters of the window back; afterwards there is no window. */
  void returnWindow(Handle handle, ClusterAllocator global) throws IOException {
    Window window = window();
    handle.dirty(inode.dinode());
    returnBits(handle, global, window);
    window.dinode.setBitmapUsed(0);
    window.dinode.setBitmapTotal(0);
    window.dinode.localAlloc().clear();
  }

  /** Frees the unused clusters of a window that is recorded in a copy of a local_alloc dinode. */
  static void returnBits(
      Handle handle, ClusterAllocator global, ByteBuffer dinode, Geometry geometry)
      throws IOException {
    ByteBuffer data = dinode.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    returnBits(handle, global, new Window(data, geometry));
  }

  private static void returnBits(Handle handle, ClusterAllocator global, Window window)
      throws IOException {
    int start = window.nextClear(0);
    while (start < window.clusters) {
      int end = window.nextSet(start);
      global.free(handle, window.start + start, end - start);
      start = window.nextClear(end);
    }
  }

  /** Claims clusters of the window; the caller made sure that there are some. */
  ClusterRun claim(Handle handle, long goal, int max) throws IOException {
    Window window = window();
    Bitmap.Run run = atGoal(window, goal - window.start, max);
    if (run == null) {
      run = anywhere(window, max);
      cursor = run.start() + run.count();
    }
    handle.dirty(inode.dinode());
    window.bitmap.set(run.start(), run.count());
    window.dinode.setBitmapUsed(window.dinode.bitmapUsed() + run.count());
    return new ClusterRun(window.start + run.start(), run.count());
  }

  private static Bitmap.Run atGoal(Window window, long goal, int max) {
    if (goal < 0 || goal >= window.clusters) {
      return null;
    }
    int from = (int) goal;
    int free = window.nextSet(from) - from;
    return free > 0 ? new Bitmap.Run(from, Math.min(free, max)) : null;
  }

  private Bitmap.Run anywhere(Window window, int max) throws CorruptBlockException {
    Bitmap.Run best = window.bitmap.findClear(cursor, window.clusters, max);
    if (best.count() < max) {
      Bitmap.Run wrapped = window.bitmap.findClear(0, window.clusters, max);
      best = wrapped.count() > best.count() ? wrapped : best;
    }
    if (best.count() == 0) {
      throw new CorruptBlockException(
          window.dinode.blkno(), "i_used", window.free() + " clusters free, but no bit clear");
    }
    return best;
  }

  /** Takes back clusters that were claimed from this window and not used. */
  void unclaim(Handle handle, ClusterRun run) throws IOException {
    Window window = window();
    handle.dirty(inode.dinode());
    window.bitmap.clear((int) (run.start() - window.start), run.count());
    window.dinode.setBitmapUsed(window.dinode.bitmapUsed() - run.count());
  }
}
