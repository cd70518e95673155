package org.lockstepfs.fuse.extent;

import org.lockstepfs.blockdev.format.ExtentRecord;

/**
 * A stretch of a file: an extent, or a hole.
 *
 * @param cpos first cluster in the file
 * @param clusters length, at least 1
 * @param block first block on the volume, 0 for a hole
 * @param flags OCFS2_EXT_* of the extent, 0 for a hole
 */
public record Mapping(long cpos, long clusters, long block, int flags) {
  /** The extent's space is reserved but reads as zeroes. */
  public static final int UNWRITTEN = ExtentRecord.UNWRITTEN;

  /** The extent is shared through a refcount tree. */
  public static final int REFCOUNTED = ExtentRecord.REFCOUNTED;

  /** First cluster that no file can have; holes at the end of a file reach up to it. */
  public static final long MAX_CPOS = 0xFFFF_FFFFL;

  /** Returns whether nothing is allocated here. */
  public boolean isHole() {
    return block == 0;
  }

  /** Returns whether the stretch reads as zeroes: a hole or unwritten. */
  public boolean readsAsZero() {
    return block == 0 || (flags & UNWRITTEN) != 0;
  }

  /** Returns the cluster after the last. */
  public long end() {
    return cpos + clusters;
  }
}
