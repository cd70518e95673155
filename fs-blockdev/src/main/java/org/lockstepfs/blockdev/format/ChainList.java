package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * The chains of a chain allocator, in its dinode: linked lists of group descriptors.
 *
 * <pre>
 * 00  cl_cpg   le16   clusters of a full group
 * 02  cl_bpc   le16   bits that a cluster has
 * 04  cl_count le16   chains that there is room for
 * 06  cl_next_free_rec le16  chains in use
 * 08  reserved 8
 * 10  cl_recs[]       16 bytes: c_free le32, c_total le32, c_blkno le64
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_chain_list.
 */
public final class ChainList {
  private static final int HEADER_SIZE = 0x10;
  private static final int RECORD_SIZE = 0x10;
  private static final int CPG = 0x00;
  private static final int BPC = 0x02;
  private static final int COUNT = 0x04;
  private static final int NEXT_FREE = 0x06;
  private static final int REC_FREE = 0x0;
  private static final int REC_TOTAL = 0x4;
  private static final int REC_BLKNO = 0x8;

  private final ByteBuffer block;
  private final int start;

  ChainList(ByteBuffer block, int start) {
    this.block = block;
    this.start = start;
  }

  /** Returns how many chains a dinode has room for. */
  public static int perDinode(int blockSize) {
    return (blockSize - Dinode.ID2 - HEADER_SIZE) / RECORD_SIZE;
  }

  void check(long blkno) throws CorruptBlockException {
    Check.atMost(blkno, "cl_count", count(), perDinode(block.capacity()));
    Check.atMost(blkno, "cl_next_free_rec", nextFree(), count());
    Check.that(bitsPerCluster() > 0, blkno, "cl_bpc", "0");
    for (int i = 0; i < nextFree(); i++) {
      Check.atMost(blkno, "c_free", free(i), total(i));
    }
  }

  /** Makes an empty list with room for all chains that fit. */
  public void init(int clustersPerGroup, int bitsPerCluster) {
    block.putShort(start + CPG, (short) clustersPerGroup);
    block.putShort(start + BPC, (short) bitsPerCluster);
    block.putShort(start + COUNT, (short) perDinode(block.capacity()));
    block.putShort(start + NEXT_FREE, (short) 0);
  }

  /** Returns the clusters of a full group. */
  public int clustersPerGroup() {
    return block.getShort(start + CPG) & 0xFFFF;
  }

  /** Sets the clusters of a full group. */
  public void setClustersPerGroup(int clusters) {
    block.putShort(start + CPG, (short) clusters);
  }

  /** Returns the bits that a cluster has: 1 in the global bitmap, else its blocks. */
  public int bitsPerCluster() {
    return block.getShort(start + BPC) & 0xFFFF;
  }

  /** Returns how many chains there is room for. */
  public int count() {
    return block.getShort(start + COUNT) & 0xFFFF;
  }

  /** Returns how many chains exist. */
  public int nextFree() {
    return block.getShort(start + NEXT_FREE) & 0xFFFF;
  }

  /** Sets how many chains exist. */
  public void setNextFree(int chains) {
    block.putShort(start + NEXT_FREE, (short) chains);
  }

  /** Returns the free bits of chain {@code i}. */
  public long free(int i) {
    return block.getInt(record(i) + REC_FREE) & 0xFFFF_FFFFL;
  }

  /** Sets the free bits of chain {@code i}. */
  public void setFree(int i, long bits) {
    block.putInt(record(i) + REC_FREE, (int) bits);
  }

  /** Returns all bits of chain {@code i}. */
  public long total(int i) {
    return block.getInt(record(i) + REC_TOTAL) & 0xFFFF_FFFFL;
  }

  /** Sets all bits of chain {@code i}. */
  public void setTotal(int i, long bits) {
    block.putInt(record(i) + REC_TOTAL, (int) bits);
  }

  /** Returns the first group descriptor of chain {@code i}; 0 for an empty chain. */
  public long blkno(int i) {
    return block.getLong(record(i) + REC_BLKNO);
  }

  /** Sets the first group descriptor of chain {@code i}. */
  public void setBlkno(int i, long blkno) {
    block.putLong(record(i) + REC_BLKNO, blkno);
  }

  private int record(int i) {
    if (i < 0 || i >= count()) {
      throw new IndexOutOfBoundsException("chain " + i + " of " + count());
    }
    return start + HEADER_SIZE + i * RECORD_SIZE;
  }
}
