package org.lockstepfs.blockdev.format;

/**
 * The first eight bytes of every metadata block, as little-endian words. Source:
 * fs/ocfs2/ocfs2_fs.h.
 */
public final class Signatures {
  /** Superblock. */
  public static final long SUPER_BLOCK = Check.word("OCFSV2");

  /** Dinode. */
  public static final long INODE = Check.word("INODE01");

  /** Extent block. */
  public static final long EXTENT_BLOCK = Check.word("EXBLK01");

  /** Group descriptor. */
  public static final long GROUP_DESC = Check.word("GROUP01");

  /** Block of extended attributes. */
  public static final long XATTR_BLOCK = Check.word("XATTR01");

  /** Directory block trailer; stands 16 bytes into the trailer, not at the block's start. */
  public static final long DIR_TRAILER = Check.word("DIRTRL1");

  /** Root of a directory index. */
  public static final long DX_ROOT = Check.word("DXDIR01");

  /** Leaf of a directory index. */
  public static final long DX_LEAF = Check.word("DXLEAF1");

  /** Block of a refcount tree. */
  public static final long REFCOUNT_BLOCK = Check.word("REFCNT1");

  private Signatures() {}
}
