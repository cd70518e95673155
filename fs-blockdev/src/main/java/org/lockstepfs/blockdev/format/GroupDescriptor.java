package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * Head of an allocation group: a bitmap of clusters (global bitmap) or of blocks (suballocators).
 *
 * <pre>
 * 00  bg_signature "GROUP01"
 * 08  bg_size le16  0A bg_bits le16  0C bg_free_bits_count le16  0E bg_chain le16
 * 10  bg_generation   le32    14 reserved
 * 18  bg_next_group   le64    next group of the chain; 0: last
 * 20  bg_parent_dinode le64
 * 28  bg_blkno        le64
 * 30  bg_check        8       38 reserved
 * 40  bg_bitmap               to the end of the block, or 256 bytes and then
 * 140 bg_list                 the pieces of a discontiguous group
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_group_desc; checks as ocfs2_validate_gd_self.
 */
public final class GroupDescriptor {
  static final int LIST = 0x140;

  private static final int SIZE = 0x08;
  private static final int BITS = 0x0A;
  private static final int FREE_BITS = 0x0C;
  private static final int CHAIN = 0x0E;
  private static final int GENERATION = 0x10;
  private static final int NEXT_GROUP = 0x18;
  private static final int PARENT = 0x20;
  private static final int BLKNO = 0x28;
  private static final int BITMAP = 0x40;

  private final ByteBuffer block;

  private GroupDescriptor(ByteBuffer block) {
    this.block = Check.littleEndian(block);
  }

  /**
   * Views a block read from disk.
   *
   * @param block one volume block
   * @param blkno where it was read
   * @param fsGeneration the volume's generation
   * @param parent block number of the allocator's dinode
   * @throws CorruptBlockException if it is not a group descriptor of this volume, place and
   *     allocator, or its counts do not fit
   */
  public static GroupDescriptor open(ByteBuffer block, long blkno, int fsGeneration, long parent)
      throws CorruptBlockException {
    GroupDescriptor gd = new GroupDescriptor(block);
    Check.signature(block, blkno, "bg_signature", Signatures.GROUP_DESC);
    Check.equal(blkno, "bg_blkno", gd.blkno(), blkno);
    Check.equal(blkno, "bg_generation", block.getInt(GENERATION), fsGeneration);
    Check.equal(blkno, "bg_parent_dinode", gd.parent(), parent);
    Check.atMost(blkno, "bg_size", gd.bitmapSize(), block.capacity() - BITMAP);
    Check.atMost(blkno, "bg_bits", gd.bits(), 8L * gd.bitmapSize());
    Check.atMost(blkno, "bg_free_bits_count", gd.freeBits(), gd.bits());
    if (gd.isDiscontiguous()) {
      gd.list().check(blkno, ExtentList.perGroupDescriptor(block.capacity()));
      Check.equal(blkno, "l_tree_depth", gd.list().treeDepth(), 0);
    }
    return gd;
  }

  /** Views a block that {@link #open} accepted before. */
  public static GroupDescriptor of(ByteBuffer block) {
    return new GroupDescriptor(block);
  }

  /**
   * Makes a descriptor whose first bit, its own place, is in use and whose other bits are free.
   *
   * @param bitmapSize bytes, see {@link #bitmapSize(int, boolean, boolean)}
   * @param bits bits in use by the group, at most 8 × bitmapSize
   * @param chain index of the chain it hangs off
   */
  public static GroupDescriptor init(
      ByteBuffer block,
      long blkno,
      int fsGeneration,
      long parent,
      int bitmapSize,
      int bits,
      int chain) {
    GroupDescriptor gd = new GroupDescriptor(block);
    Blocks.zero(block);
    block.putLong(0, Signatures.GROUP_DESC);
    block.putShort(SIZE, (short) bitmapSize);
    block.putShort(BITS, (short) bits);
    block.putShort(CHAIN, (short) chain);
    block.putInt(GENERATION, fsGeneration);
    block.putLong(PARENT, parent);
    block.putLong(BLKNO, blkno);
    gd.bitmap().set(0, 1);
    gd.setFreeBits(bits - 1);
    return gd;
  }

  /**
   * Returns the bytes of a group's bitmap.
   *
   * @param suballocator whether the group belongs to an inode or extent allocator
   * @param discontigBg whether the volume has that feature
   */
  public static int bitmapSize(int blockSize, boolean suballocator, boolean discontigBg) {
    return suballocator && discontigBg ? Limits.MAX_BG_BITMAP_SIZE : blockSize - BITMAP;
  }

  /** Prepares the empty list of pieces of a group that will be discontiguous. */
  public void initList() {
    list().init(ExtentList.perGroupDescriptor(block.capacity()));
  }

  /** Returns the bytes reserved for the bitmap. */
  public int bitmapSize() {
    return block.getShort(SIZE) & 0xFFFF;
  }

  /** Returns the number of bits. */
  public int bits() {
    return block.getShort(BITS) & 0xFFFF;
  }

  /** Sets the number of bits; for a group that grows. */
  public void setBits(int bits) {
    block.putShort(BITS, (short) bits);
  }

  /** Returns the number of free bits. */
  public int freeBits() {
    return block.getShort(FREE_BITS) & 0xFFFF;
  }

  /** Sets the number of free bits. */
  public void setFreeBits(int bits) {
    block.putShort(FREE_BITS, (short) bits);
  }

  /** Returns the index of the chain that the group hangs off. */
  public int chain() {
    return block.getShort(CHAIN) & 0xFFFF;
  }

  /** Returns the next group of the chain, or 0. */
  public long nextGroup() {
    return block.getLong(NEXT_GROUP);
  }

  /** Sets the next group of the chain; 0 for none. */
  public void setNextGroup(long blkno) {
    block.putLong(NEXT_GROUP, blkno);
  }

  /** Returns the allocator's dinode. */
  public long parent() {
    return block.getLong(PARENT);
  }

  /** Returns the descriptor's own block. */
  public long blkno() {
    return block.getLong(BLKNO);
  }

  /** Returns the bitmap; whoever changes it corrects {@link #freeBits} too. */
  public Bitmap bitmap() {
    return new Bitmap(block, BITMAP, bits());
  }

  /**
   * Marks bits as used and counts them.
   *
   * @throws CorruptBlockException if one of them is in use already, or the count has no room
   */
  public void claim(int from, int count) throws CorruptBlockException {
    Bitmap bitmap = bitmap();
    Check.that(bitmap.cardinality(from, count) == 0, blkno(), "bg_bitmap", "bit in use at " + from);
    Check.atMost(blkno(), "bg_free_bits_count", count, freeBits());
    bitmap.set(from, count);
    setFreeBits(freeBits() - count);
  }

  /**
   * Marks bits as free and counts them.
   *
   * @throws CorruptBlockException if one of them is free already, or outside the group
   */
  public void release(int from, int count) throws CorruptBlockException {
    Check.that(
        from >= 0 && count >= 0 && from + count <= bits(), blkno(), "bg_bits", "no bit " + from);
    Bitmap bitmap = bitmap();
    Check.that(
        bitmap.cardinality(from, count) == count, blkno(), "bg_bitmap", "bit free at " + from);
    Check.atMost(blkno(), "bg_free_bits_count", freeBits() + count, bits());
    bitmap.clear(from, count);
    setFreeBits(freeBits() + count);
  }

  /** Returns whether the group is made of the pieces in {@link #list}. */
  public boolean isDiscontiguous() {
    return bitmapSize() == Limits.MAX_BG_BITMAP_SIZE
        && block.capacity() > LIST + ExtentList.HEADER_SIZE
        && list().nextFree() > 0;
  }

  /** Returns the pieces of a discontiguous group; always a leaf. */
  public ExtentList list() {
    return new ExtentList(block, LIST);
  }

  /**
   * Returns the block that a bit of a suballocator's group stands for.
   *
   * @param bit bit within the group
   * @param bitsPerCluster {@code cl_bpc} of the allocator
   * @throws CorruptBlockException if no piece of the group holds the bit
   */
  public long blockOf(int bit, int bitsPerCluster) throws CorruptBlockException {
    if (!isDiscontiguous()) {
      return blkno() + bit;
    }
    ExtentList list = list();
    int i = list.find(bit / bitsPerCluster);
    Check.that(i >= 0, blkno(), "bg_list", "no piece holds bit " + bit);
    return list.blkno(i) + (bit - list.cpos(i) * bitsPerCluster);
  }
}
