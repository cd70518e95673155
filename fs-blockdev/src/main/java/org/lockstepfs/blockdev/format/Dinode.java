package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * An inode: one block, whose last part depends on what the inode is.
 *
 * <pre>
 * 00 i_signature "INODE01" ("OCFSV2" in the superblock)
 * 08 i_generation le32     0C i_suballoc_slot le16  0E i_suballoc_bit le16
 * 10 i_links_count_hi le16 12 i_xattr_inline_size le16
 * 14 i_clusters le32       18 i_uid le32            1C i_gid le32
 * 20 i_size le64           28 i_mode le16           2A i_links_count le16  2C i_flags le32
 * 30 i_atime le64          38 i_ctime le64          40 i_mtime le64        48 i_dtime le64
 * 50 i_blkno le64          58 i_last_eb_blk le64
 * 60 i_fs_generation le32  64 i_atime_nsec le32     68 i_ctime_nsec le32   6C i_mtime_nsec le32
 * 70 i_attr le32           74 i_orphaned_slot le16  76 i_dyn_features le16 78 i_xattr_loc le64
 * 80 i_check 8             88 i_dx_root le64
 * 90 i_refcount_loc le64   98 i_suballoc_loc le64   A0 i_dio_orphaned_slot le16, reserved
 * B8 id1: i_rdev le64 | bitmap1 {i_used, i_total} le32 | journal1 {ij_flags, ij_recovery_generation}
 * C0 id2: super | local alloc | chain list | extent list | truncate log | inline data | symlink
 * </pre>
 *
 * <p>Accessors come in pairs: {@code size()} reads, {@code size(long)} writes. Times are seconds
 * since 1970 (signed) and nanoseconds. 32-bit counts are returned as unsigned in a long.
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_dinode; checks as ocfs2_validate_inode_block
 * (inode.c).
 */
public final class Dinode {
  static final int ID1 = 0xB8;
  static final int ID2 = 0xC0;

  private static final int GENERATION = 0x08;
  private static final int SUBALLOC_SLOT = 0x0C;
  private static final int SUBALLOC_BIT = 0x0E;
  private static final int LINKS_COUNT_HI = 0x10;
  private static final int XATTR_INLINE_SIZE = 0x12;
  private static final int CLUSTERS = 0x14;
  private static final int UID = 0x18;
  private static final int GID = 0x1C;
  private static final int SIZE = 0x20;
  private static final int MODE = 0x28;
  private static final int LINKS_COUNT = 0x2A;
  private static final int FLAGS = 0x2C;
  private static final int ATIME = 0x30;
  private static final int CTIME = 0x38;
  private static final int MTIME = 0x40;
  private static final int DTIME = 0x48;
  private static final int BLKNO = 0x50;
  private static final int LAST_EB_BLK = 0x58;
  private static final int FS_GENERATION = 0x60;
  private static final int ATIME_NSEC = 0x64;
  private static final int CTIME_NSEC = 0x68;
  private static final int MTIME_NSEC = 0x6C;
  private static final int ATTR = 0x70;
  private static final int ORPHANED_SLOT = 0x74;
  private static final int DYN_FEATURES = 0x76;
  private static final int XATTR_LOC = 0x78;
  private static final int SUBALLOC_LOC = 0x98;

  private final ByteBuffer block;

  private Dinode(ByteBuffer block) {
    this.block = Check.littleEndian(block);
  }

  /**
   * Views a block read from disk. An inode that has been deleted is accepted with nothing checked
   * but its identity: see {@link #isValid}.
   *
   * @param block one volume block
   * @param blkno where it was read
   * @param fsGeneration the volume's generation
   * @throws CorruptBlockException if it is not an inode of this volume and place, or the counts of
   *     its last part do not fit
   */
  public static Dinode open(ByteBuffer block, long blkno, int fsGeneration)
      throws CorruptBlockException {
    Dinode di = new Dinode(block);
    Check.signature(block, blkno, "i_signature", Signatures.INODE);
    DinodeCheck.check(di, blkno, fsGeneration);
    return di;
  }

  /** Views a block that {@link #open} accepted before, or one that is to be looked at as it is. */
  public static Dinode of(ByteBuffer block) {
    return new Dinode(block);
  }

  /**
   * Makes an inode in use with an empty extent list: owner root, no links, no times.
   *
   * @param generation told apart from earlier inodes in the same block
   */
  public static Dinode init(
      ByteBuffer block,
      long blkno,
      int fsGeneration,
      int generation,
      int mode,
      SubAllocation where) {
    Dinode di = new Dinode(block);
    Blocks.zero(block);
    block.putLong(0, Signatures.INODE);
    block.putLong(BLKNO, blkno);
    block.putInt(FS_GENERATION, fsGeneration);
    block.putInt(GENERATION, generation);
    block.putShort(SUBALLOC_SLOT, (short) where.slot());
    block.putShort(SUBALLOC_BIT, (short) where.bit());
    block.putLong(SUBALLOC_LOC, where.group());
    di.setMode(mode);
    di.setFlags(InodeFlags.VALID);
    di.initExtentList();
    return di;
  }

  /** Zeroes the last part, up to the attributes if there are any. */
  public void clearLastPart() {
    Blocks.zero(block, ID2, block.capacity() - inlineXattrBytes());
  }

  /** Replaces the last part by an empty extent list and clears INLINE_DATA. */
  public void initExtentList() {
    setDynFeatures(dynFeatures() & ~InodeFlags.INLINE_DATA);
    clearLastPart();
    extents().init(extentCapacity());
  }

  /** Replaces the last part by empty inline data and sets INLINE_DATA. */
  public void initInlineData() {
    setDynFeatures(dynFeatures() | InodeFlags.INLINE_DATA);
    inlineData().init(inlineCapacity());
  }

  /** Returns the block that this is a view of. */
  public ByteBuffer block() {
    return block;
  }

  /** Returns the inode's generation, which tells it from earlier inodes in the same block. */
  public int generation() {
    return block.getInt(GENERATION);
  }

  /** Returns where the inode was allocated. */
  public SubAllocation subAllocation() {
    return new SubAllocation(u16(SUBALLOC_SLOT), u16(SUBALLOC_BIT), block.getLong(SUBALLOC_LOC));
  }

  /** Returns the link count, both halves. */
  public int linksCount() {
    return u16(LINKS_COUNT) | u16(LINKS_COUNT_HI) << 16;
  }

  /** Sets the link count, both halves. */
  public void setLinksCount(int count) {
    block.putShort(LINKS_COUNT, (short) count);
    block.putShort(LINKS_COUNT_HI, (short) (count >>> 16));
  }

  /** Returns the bytes at the block's end that hold attributes when INLINE_XATTR is set. */
  public int xattrInlineSize() {
    return u16(XATTR_INLINE_SIZE);
  }

  /** Sets the bytes at the block's end that hold attributes. */
  public void setXattrInlineSize(int bytes) {
    block.putShort(XATTR_INLINE_SIZE, (short) bytes);
  }

  /** Returns the clusters allocated to the file. */
  public long clusters() {
    return u32(CLUSTERS);
  }

  /** Sets the clusters allocated to the file. */
  public void setClusters(long clusters) {
    block.putInt(CLUSTERS, (int) clusters);
  }

  /** Returns the owner, unsigned. */
  public int uid() {
    return block.getInt(UID);
  }

  /** Sets the owner. */
  public void setUid(int uid) {
    block.putInt(UID, uid);
  }

  /** Returns the owning group, unsigned. */
  public int gid() {
    return block.getInt(GID);
  }

  /** Sets the owning group. */
  public void setGid(int gid) {
    block.putInt(GID, gid);
  }

  /** Returns the size in bytes. */
  public long size() {
    return block.getLong(SIZE);
  }

  /** Sets the size in bytes. */
  public void setSize(long bytes) {
    block.putLong(SIZE, bytes);
  }

  /** Returns type and permissions. */
  public int mode() {
    return u16(MODE);
  }

  /** Sets type and permissions. */
  public void setMode(int mode) {
    block.putShort(MODE, (short) mode);
  }

  /** Returns the type in the mode. */
  public FileType type() {
    return FileType.ofMode(mode());
  }

  /** Returns the {@link InodeFlags} of {@code i_flags}. */
  public int flags() {
    return block.getInt(FLAGS);
  }

  /** Sets the {@link InodeFlags} of {@code i_flags}. */
  public void setFlags(int flags) {
    block.putInt(FLAGS, flags);
  }

  /** Returns whether the inode is in use; a deleted one keeps everything but this flag. */
  public boolean isValid() {
    return hasFlags(InodeFlags.VALID);
  }

  /** Returns whether all given bits of {@code i_flags} are set. */
  public boolean hasFlags(int flags) {
    return (flags() & flags) == flags;
  }

  /** Returns the access time, seconds. */
  public long atime() {
    return block.getLong(ATIME);
  }

  /** Returns the access time's nanoseconds. */
  public int atimeNsec() {
    return block.getInt(ATIME_NSEC);
  }

  /** Sets the access time. */
  public void setAtime(long seconds, int nsec) {
    block.putLong(ATIME, seconds);
    block.putInt(ATIME_NSEC, nsec);
  }

  /** Returns the change time, seconds. */
  public long ctime() {
    return block.getLong(CTIME);
  }

  /** Returns the change time's nanoseconds. */
  public int ctimeNsec() {
    return block.getInt(CTIME_NSEC);
  }

  /** Sets the change time. */
  public void setCtime(long seconds, int nsec) {
    block.putLong(CTIME, seconds);
    block.putInt(CTIME_NSEC, nsec);
  }

  /** Returns the modification time, seconds. */
  public long mtime() {
    return block.getLong(MTIME);
  }

  /** Returns the modification time's nanoseconds. */
  public int mtimeNsec() {
    return block.getInt(MTIME_NSEC);
  }

  /** Sets the modification time. */
  public void setMtime(long seconds, int nsec) {
    block.putLong(MTIME, seconds);
    block.putInt(MTIME_NSEC, nsec);
  }

  /** Returns the time of deletion, seconds; 0 while the inode lives. */
  public long dtime() {
    return block.getLong(DTIME);
  }

  /** Sets the time of deletion. */
  public void setDtime(long seconds) {
    block.putLong(DTIME, seconds);
  }

  /** Returns the inode's own block, which is its number. */
  public long blkno() {
    return block.getLong(BLKNO);
  }

  /** Sets the inode's own block; for copies of the superblock. */
  void setBlkno(long blkno) {
    block.putLong(BLKNO, blkno);
  }

  /** Returns the rightmost leaf of the extent tree; 0 while all extents stand in the dinode. */
  public long lastExtentBlock() {
    return block.getLong(LAST_EB_BLK);
  }

  /** Sets the rightmost leaf of the extent tree. */
  public void setLastExtentBlock(long blkno) {
    block.putLong(LAST_EB_BLK, blkno);
  }

  /** Returns the volume's generation. */
  public int fsGeneration() {
    return block.getInt(FS_GENERATION);
  }

  /** Returns the attributes of chattr(1): FS_*_FL of linux/fs.h. */
  public int attr() {
    return block.getInt(ATTR);
  }

  /** Sets the attributes of chattr(1). */
  public void setAttr(int attr) {
    block.putInt(ATTR, attr);
  }

  /** Returns whose orphan directory names the inode; means something with ORPHANED only. */
  public int orphanedSlot() {
    return u16(ORPHANED_SLOT);
  }

  /** Sets whose orphan directory names the inode. */
  public void setOrphanedSlot(int slot) {
    block.putShort(ORPHANED_SLOT, (short) slot);
  }

  /** Returns the {@link InodeFlags} of {@code i_dyn_features}. */
  public int dynFeatures() {
    return u16(DYN_FEATURES);
  }

  /** Sets the {@link InodeFlags} of {@code i_dyn_features}. */
  public void setDynFeatures(int features) {
    block.putShort(DYN_FEATURES, (short) features);
  }

  /** Returns whether the contents stand in the dinode (not so for a fast symlink). */
  public boolean hasInlineData() {
    return (dynFeatures() & InodeFlags.INLINE_DATA) != 0;
  }

  /** Returns the block of extended attributes, or 0. */
  public long xattrLocation() {
    return block.getLong(XATTR_LOC);
  }

  /** Returns the device number of a device file, as the kernel's huge_encode_dev makes it. */
  public long rdev() {
    return block.getLong(ID1);
  }

  /** Sets the device number of a device file. */
  public void setRdev(long dev) {
    block.putLong(ID1, dev);
  }

  /** Returns the used bits of an allocator. */
  public long bitmapUsed() {
    return u32(ID1);
  }

  /** Sets the used bits of an allocator. */
  public void setBitmapUsed(long bits) {
    block.putInt(ID1, (int) bits);
  }

  /** Returns all bits of an allocator. */
  public long bitmapTotal() {
    return u32(ID1 + 4);
  }

  /** Sets all bits of an allocator. */
  public void setBitmapTotal(long bits) {
    block.putInt(ID1 + 4, (int) bits);
  }

  /** Returns whether a journal needs replay (OCFS2_JOURNAL_DIRTY_FL). */
  public boolean journalDirty() {
    return (block.getInt(ID1) & 1) != 0;
  }

  /** Marks a journal as needing replay, or not. */
  public void setJournalDirty(boolean dirty) {
    block.putInt(ID1, dirty ? block.getInt(ID1) | 1 : block.getInt(ID1) & ~1);
  }

  /** Returns how often a journal was replayed after a crash. */
  public int journalRecoveryGeneration() {
    return block.getInt(ID1 + 4);
  }

  /** Sets how often a journal was replayed after a crash. */
  public void setJournalRecoveryGeneration(int generation) {
    block.putInt(ID1 + 4, generation);
  }

  /** Returns the root of the extent tree. */
  public ExtentList extents() {
    return new ExtentList(block, ID2);
  }

  /** Returns the records that the root of the extent tree holds, attributes subtracted. */
  public int extentCapacity() {
    return ExtentList.capacity(block.capacity() - ID2 - inlineXattrBytes());
  }

  /** Returns the chains of an allocator. */
  public ChainList chains() {
    return new ChainList(block, ID2);
  }

  /** Returns the window of a local alloc. */
  public LocalAlloc localAlloc() {
    return new LocalAlloc(block, ID2);
  }

  /** Returns the records of a truncate log. */
  public TruncateLog truncateLog() {
    return new TruncateLog(block, ID2);
  }

  /** Returns the contents of an inode with INLINE_DATA. */
  public InlineData inlineData() {
    return new InlineData(block, ID2);
  }

  /** Returns how many bytes of contents the dinode has room for, attributes subtracted. */
  public int inlineCapacity() {
    return InlineData.capacity(block.capacity(), inlineXattrBytes());
  }

  /** Returns whether a symbolic link's target stands in the dinode: it is one without clusters. */
  public boolean isFastSymlink() {
    return type() == FileType.SYMLINK && clusters() == 0;
  }

  /** Returns the longest target that fits, its terminating zero byte not counted. */
  public static int fastSymlinkCapacity(int blockSize) {
    return blockSize - ID2 - 1;
  }

  /** Returns the target of a fast symbolic link. */
  public byte[] fastSymlink() {
    byte[] target = new byte[(int) size()];
    block.get(ID2, target);
    return target;
  }

  /** Stores the target of a fast symbolic link, zero-terminated, in place of the extent list. */
  public void setFastSymlink(byte[] target) {
    if (target.length > fastSymlinkCapacity(block.capacity())) {
      throw new IllegalArgumentException("symbolic link target of " + target.length + " bytes");
    }
    clearLastPart();
    block.put(ID2, target);
    setSize(target.length);
  }

  /** Returns the bytes at the block's end that attributes really take. */
  int inlineXattrBytes() {
    return (dynFeatures() & InodeFlags.INLINE_XATTR) != 0 ? xattrInlineSize() : 0;
  }

  private int u16(int at) {
    return block.getShort(at) & 0xFFFF;
  }

  private long u32(int at) {
    return block.getInt(at) & 0xFFFF_FFFFL;
  }
}
