package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * Clusters that a slot has freed and not yet given back to the global bitmap, in the dinode of its
 * truncate_log file.
 *
 * <pre>
 * 00  tl_count le16   records that there is room for
 * 02  tl_used  le16   records in use
 * 04  reserved 4
 * 08  tl_recs[]       8 bytes: t_start le32, t_clusters le32
 * </pre>
 *
 * <p>A record with {@code t_start == 0} was emptied by a flush that is still under way.
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_truncate_log; alloc.c.
 */
public final class TruncateLog {
  private static final int HEADER_SIZE = 0x08;
  private static final int RECORD_SIZE = 0x08;
  private static final int COUNT = 0x00;
  private static final int USED = 0x02;

  private final ByteBuffer block;
  private final int start;

  TruncateLog(ByteBuffer block, int start) {
    this.block = block;
    this.start = start;
  }

  /** Returns how many records a dinode has room for. */
  public static int perDinode(int blockSize) {
    return (blockSize - Dinode.ID2 - HEADER_SIZE) / RECORD_SIZE;
  }

  void check(long blkno) throws CorruptBlockException {
    Check.atMost(blkno, "tl_count", count(), perDinode(block.capacity()));
    Check.atMost(blkno, "tl_used", used(), count());
  }

  /** Makes an empty log with room for all records that fit. */
  public void init() {
    block.putShort(start + COUNT, (short) perDinode(block.capacity()));
    block.putShort(start + USED, (short) 0);
  }

  /** Returns how many records there is room for. */
  public int count() {
    return block.getShort(start + COUNT) & 0xFFFF;
  }

  /** Returns how many records are in use. */
  public int used() {
    return block.getShort(start + USED) & 0xFFFF;
  }

  /** Sets how many records are in use. */
  public void setUsed(int records) {
    block.putShort(start + USED, (short) records);
  }

  /** Returns the first freed cluster of record {@code i}. */
  public long start(int i) {
    return block.getInt(record(i)) & 0xFFFF_FFFFL;
  }

  /** Returns the number of freed clusters of record {@code i}. */
  public long clusters(int i) {
    return block.getInt(record(i) + 4) & 0xFFFF_FFFFL;
  }

  /** Writes record {@code i}. */
  public void set(int i, long startCluster, long clusters) {
    block.putInt(record(i), (int) startCluster);
    block.putInt(record(i) + 4, (int) clusters);
  }

  private int record(int i) {
    if (i < 0 || i >= count()) {
      throw new IndexOutOfBoundsException("truncate record " + i + " of " + count());
    }
    return start + HEADER_SIZE + i * RECORD_SIZE;
  }
}
