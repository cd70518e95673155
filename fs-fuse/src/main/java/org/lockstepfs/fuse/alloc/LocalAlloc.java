package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.locks.mode.LockMode;

/**
 * A slot's window into the global bitmap. The window's clusters are in use as far as the global
 * bitmap knows; which of them really are, the window's own bitmap says. The caller holds the file's
 * lock.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/localalloc.c.
 */
final class LocalAlloc {
  /** Blocks that a claim dirties. */
  static final int CLAIM_CREDITS = 1;

  private static final int USED = 0xB8;
  private static final int TOTAL = 0xBC;
  private static final int WINDOW_START = 0xC0;
  private static final int WINDOW_BYTES = 0xC4;
  private static final int BITMAP = 0xD0;

  private final LockedInode inode;
  private final Geometry geometry;
  private final WindowSize size;
  private int cursor;

  LocalAlloc(LockedInode inode, Geometry geometry, WindowSize size) {
    this.inode = inode;
    this.geometry = geometry;
    this.size = size;
  }

  LockedInode.Held lock() throws IOException {
    return inode.lock(LockMode.EX);
  }

  private ByteBuffer data() throws IOException {
    ByteBuffer data = inode.dinode().data();
    check(data, geometry, inode.block());
    return data;
  }

  private static void check(ByteBuffer data, Geometry geometry, long block) throws IOException {
    long bytes = Short.toUnsignedInt(data.getShort(WINDOW_BYTES));
    long bits = total(data);
    if (bytes > data.capacity() - BITMAP
        || bits > bytes * 8
        || used(data) > bits
        || start(data) + bits > geometry.clusters()) {
      throw new IOException(
          "Corrupt local alloc at block "
              + block
              + ": "
              + used(data)
              + " of "
              + bits
              + " clusters from "
              + start(data));
    }
  }

  private static long used(ByteBuffer data) {
    return Integer.toUnsignedLong(data.getInt(USED));
  }

  private static long total(ByteBuffer data) {
    return Integer.toUnsignedLong(data.getInt(TOTAL));
  }

  private static long start(ByteBuffer data) {
    return Integer.toUnsignedLong(data.getInt(WINDOW_START));
  }

  private static Bitmap bitmap(ByteBuffer data) {
    return new Bitmap(data, BITMAP, (int) total(data));
  }

  /** Returns the number of clusters in the window that are free. */
  long free() throws IOException {
    ByteBuffer data = data();
    return total(data) - used(data);
  }

  /** Returns whether there is a window. */
  boolean isOpen() throws IOException {
    return total(data()) > 0;
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
        Handle handle =
            journal.start(1 + ClusterAllocator.FREE_CREDITS + ClusterAllocator.CLAIM_CREDITS)) {
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
        ByteBuffer data = inode.dinode().data();
        data.putInt(WINDOW_START, (int) run.start());
        data.putInt(TOTAL, run.count());
        cursor = 0;
        return;
      }
      size.tooLarge();
    }
  }

  /** Gives the free clusters of the window back; afterwards there is no window. */
  void returnWindow(Handle handle, ClusterAllocator global) throws IOException {
    ByteBuffer data = data();
    handle.dirty(inode.dinode());
    returnBits(handle, global, data);
    int bytes = Short.toUnsignedInt(data.getShort(WINDOW_BYTES));
    data.putLong(USED, 0);
    data.putInt(WINDOW_START, 0);
    for (int i = 0; i < bytes; i++) {
      data.put(BITMAP + i, (byte) 0);
    }
  }

  /** Frees the unused clusters of a window that is recorded in a copy of a local_alloc dinode. */
  static void returnBits(
      Handle handle, ClusterAllocator global, ByteBuffer dinode, Geometry geometry)
      throws IOException {
    ByteBuffer data = dinode.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    check(data, geometry, data.getLong(0x50));
    returnBits(handle, global, data);
  }

  private static void returnBits(Handle handle, ClusterAllocator global, ByteBuffer data)
      throws IOException {
    Bitmap bitmap = bitmap(data);
    int start = bitmap.nextClear(0);
    while (start < bitmap.bits()) {
      int end = bitmap.nextSet(start);
      global.free(handle, start(data) + start, end - start);
      start = bitmap.nextClear(end);
    }
  }

  /** Claims clusters of the window; the caller made sure that there are some. */
  ClusterRun claim(Handle handle, long goal, int max) throws IOException {
    ByteBuffer data = data();
    Bitmap bitmap = bitmap(data);
    long offset = goal - start(data);
    Bitmap.Run run = null;
    if (offset >= 0 && offset < bitmap.bits()) {
      int end = bitmap.nextSet((int) offset);
      if (end > offset) {
        run = new Bitmap.Run((int) offset, (int) Math.min(end - offset, max));
      }
    }
    if (run == null) {
      run = bitmap.find(cursor, 1, max);
      if (run == null) {
        throw new IOException("Corrupt local alloc at block " + inode.block() + ": no free bit");
      }
      cursor = run.start() + run.count();
    }
    handle.dirty(inode.dinode());
    bitmap.set(run.start(), run.count());
    data.putInt(USED, (int) used(data) + run.count());
    return new ClusterRun(start(data) + run.start(), run.count());
  }

  /** Takes back clusters that were claimed from this window and not used. */
  void unclaim(Handle handle, ClusterRun run) throws IOException {
    ByteBuffer data = data();
    handle.dirty(inode.dinode());
    bitmap(data).clear((int) (run.start() - start(data)), run.count());
    data.putInt(USED, (int) used(data) - run.count());
  }
}
