package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * A node of an extent tree outside the dinode.
 *
 * <pre>
 * 00  h_signature "EXBLK01"
 * 08  h_check         8
 * 10  h_suballoc_slot le16    12 h_suballoc_bit le16    14 h_fs_generation le32
 * 18  h_blkno         le64
 * 20  h_suballoc_loc  le64    group it came from; 0: computed from the bit
 * 28  h_next_leaf_blk le64    next leaf to the right; 0 in the last and in interior nodes
 * 30  h_list                  to the end of the block
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_extent_block.
 */
public final class ExtentBlock {
  static final int LIST = 0x30;
  private static final int SUBALLOC_SLOT = 0x10;
  private static final int SUBALLOC_BIT = 0x12;
  private static final int FS_GENERATION = 0x14;
  private static final int BLKNO = 0x18;
  private static final int SUBALLOC_LOC = 0x20;
  private static final int NEXT_LEAF_BLK = 0x28;

  private final ByteBuffer block;

  private ExtentBlock(ByteBuffer block) {
    this.block = Check.littleEndian(block);
  }

  /**
   * Views a block read from disk.
   *
   * @param block one volume block
   * @param blkno where it was read
   * @param fsGeneration the volume's generation
   * @throws CorruptBlockException if it is not an extent block of this volume and place, or its
   *     counts do not fit
   */
  public static ExtentBlock open(ByteBuffer block, long blkno, int fsGeneration)
      throws CorruptBlockException {
    ExtentBlock eb = new ExtentBlock(block);
    Check.signature(block, blkno, "h_signature", Signatures.EXTENT_BLOCK);
    Check.equal(blkno, "h_blkno", eb.blkno(), blkno);
    Check.equal(blkno, "h_fs_generation", block.getInt(FS_GENERATION), fsGeneration);
    eb.list().check(blkno, ExtentList.perExtentBlock(block.capacity()));
    return eb;
  }

  /** Views a block that {@link #open} accepted before. */
  public static ExtentBlock of(ByteBuffer block) {
    return new ExtentBlock(block);
  }

  /** Makes an empty extent block: all zero but identity and list capacity. */
  public static ExtentBlock init(
      ByteBuffer block, long blkno, int fsGeneration, SubAllocation where) {
    ExtentBlock eb = new ExtentBlock(block);
    Blocks.zero(block);
    block.putLong(0, Signatures.EXTENT_BLOCK);
    block.putLong(BLKNO, blkno);
    block.putInt(FS_GENERATION, fsGeneration);
    block.putShort(SUBALLOC_SLOT, (short) where.slot());
    block.putShort(SUBALLOC_BIT, (short) where.bit());
    block.putLong(SUBALLOC_LOC, where.group());
    eb.list().init(ExtentList.perExtentBlock(block.capacity()));
    return eb;
  }

  /** Returns the block's own number. */
  public long blkno() {
    return block.getLong(BLKNO);
  }

  /** Returns where the block was allocated, which is what freeing it needs. */
  public SubAllocation subAllocation() {
    return new SubAllocation(
        block.getShort(SUBALLOC_SLOT) & 0xFFFF,
        block.getShort(SUBALLOC_BIT) & 0xFFFF,
        block.getLong(SUBALLOC_LOC));
  }

  /** Returns the next leaf to the right, or 0. */
  public long nextLeaf() {
    return block.getLong(NEXT_LEAF_BLK);
  }

  /** Sets the next leaf to the right; 0 for none. */
  public void setNextLeaf(long blkno) {
    block.putLong(NEXT_LEAF_BLK, blkno);
  }

  /** Returns the records. */
  public ExtentList list() {
    return new ExtentList(block, LIST);
  }
}
