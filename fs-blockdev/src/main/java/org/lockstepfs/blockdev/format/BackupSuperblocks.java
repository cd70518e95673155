package org.lockstepfs.blockdev.format;

/**
 * Where copies of the superblock stand: at 1, 4, 16, 64, 256 GiB and 1 TiB, as far as the volume
 * reaches. Source: fs/ocfs2/ocfs2_fs.h, ocfs2_backup_super_blkno.
 */
public final class BackupSuperblocks {
  /** Most copies on a volume. */
  public static final int MAX = 6;

  private static final long FIRST_OFFSET = 1L << 30;

  private BackupSuperblocks() {}

  /**
   * Returns the block number of a copy.
   *
   * @param index 0 to {@link #MAX} - 1
   * @param blockSize bytes
   */
  public static long block(int index, int blockSize) {
    if (index < 0 || index >= MAX) {
      throw new IllegalArgumentException("backup superblock " + index);
    }
    return (FIRST_OFFSET << (2 * index)) / blockSize;
  }

  /** Returns how many copies fit on a volume of so many blocks. */
  public static int count(long volumeBlocks, int blockSize) {
    int count = 0;
    while (count < MAX && block(count, blockSize) < volumeBlocks) {
      count++;
    }
    return count;
  }
}
