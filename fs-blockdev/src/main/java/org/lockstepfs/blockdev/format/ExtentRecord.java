package org.lockstepfs.blockdev.format;

/**
 * A copy of one record of an extent list.
 *
 * @param cpos first cluster within the file, 32 bits unsigned
 * @param clusters clusters covered; up to 65535 in a leaf, 32 bits in an interior node
 * @param blkno first block on the volume (leaf), or the child extent block (interior)
 * @param flags {@link #UNWRITTEN} and {@link #REFCOUNTED}; zero in an interior node
 */
public record ExtentRecord(long cpos, long clusters, long blkno, int flags) {
  /** Allocated but reads as zeros. */
  public static final int UNWRITTEN = 0x01;

  /** Shared with other files through a refcount tree. */
  public static final int REFCOUNTED = 0x02;

  /** Most clusters that one leaf record can cover. */
  public static final int MAX_LEAF_CLUSTERS = 0xFFFF;

  /** Returns the cluster after the last one covered. */
  public long end() {
    return cpos + clusters;
  }

  /** Returns whether a cluster of the file lies in this record. */
  public boolean contains(long cluster) {
    return cluster >= cpos && cluster < end();
  }

  /** Returns whether the extent is allocated but reads as zeros. */
  public boolean isUnwritten() {
    return (flags & UNWRITTEN) != 0;
  }

  /** Returns whether the extent is shared through a refcount tree. */
  public boolean isRefcounted() {
    return (flags & REFCOUNTED) != 0;
  }

  /** Returns whether the record covers nothing; a leaf's first record may be so. */
  public boolean isEmpty() {
    return clusters == 0;
  }
}
