package org.lockstepfs.fuse.alloc;

import java.util.function.LongSupplier;
import org.lockstepfs.fuse.meta.Geometry;

/**
 * How large the next local window should be: the default for the volume, less after the global
 * bitmap could not give so much in a row, none for a while when it could give hardly anything.
 * Thread-safe.
 *
 * <p>Source: ocfs2_la_default_mb and ocfs2_recalc_la_window in Linux 6.1 fs/ocfs2/localalloc.c.
 */
final class WindowSize {
  private static final int MAX_DEFAULT_MB = 256;
  private static final int SMALL_GROUP_MB = 8;
  private static final int LEFT_FOR_GROUPS_MB = 16;
  private static final int GROUP_HEADER = 0x40;
  private static final int WINDOW_HEADER = 0xD0;
  private static final long ENABLE_AFTER_NANOS = 30_000_000_000L;

  private final int defaultBits;
  private final int smallestBits;
  private final LongSupplier nanoTime;
  private int bits;
  private boolean disabled;
  private long reducedAt;

  WindowSize(Geometry geometry, int slots, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.smallestBits = (int) clusters(geometry, 1);
    int room =
        8 * Math.min(geometry.blockSize() - WINDOW_HEADER, geometry.blockSize() - GROUP_HEADER) - 1;
    this.defaultBits = (int) Math.min(room, clusters(geometry, defaultMb(geometry, slots)));
    this.bits = defaultBits;
  }

  private static long defaultMb(Geometry geometry, int slots) {
    boolean smallGroups =
        geometry.blockSize() <= 1024
            && geometry.clusterSize() <= (geometry.blockSize() == 512 ? 8192 : 4096);
    long perSlot = megabytes(geometry, geometry.clusters() / slots);
    if (smallGroups) {
      return Math.min(SMALL_GROUP_MB, perSlot);
    }
    long group = megabytes(geometry, 8L * (geometry.blockSize() - GROUP_HEADER));
    long window = (group - LEFT_FOR_GROUPS_MB) & ~3L;
    while (window > MAX_DEFAULT_MB) {
      window = group > 2 * MAX_DEFAULT_MB ? MAX_DEFAULT_MB : window / 2;
    }
    return Math.min(window, perSlot);
  }

  private static long megabytes(Geometry geometry, long clusters) {
    return clusters << geometry.clusterBits() >> 20;
  }

  private static long clusters(Geometry geometry, long megabytes) {
    return Math.max(1, megabytes << 20 >> geometry.clusterBits());
  }

  /** Returns how many clusters to ask for, 0 while the window is switched off. */
  synchronized int bits() {
    if (bits < defaultBits && nanoTime.getAsLong() - reducedAt > ENABLE_AFTER_NANOS) {
      restore();
    }
    return disabled ? 0 : bits;
  }

  /** Notes that the global bitmap had no such run. */
  synchronized void tooLarge() {
    reducedAt = nanoTime.getAsLong();
    bits /= 2;
    disabled = bits <= smallestBits;
  }

  /** Goes back to the default, because clusters came free. */
  synchronized void restore() {
    bits = defaultBits;
    disabled = false;
  }
}
