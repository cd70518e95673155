package org.lockstepfs.blockdev.format;

/** OCFS2's numbers. Source: fs/ocfs2/ocfs2_fs.h. */
public final class Limits {
  /** Smallest block, bytes. */
  public static final int MIN_BLOCK_SIZE = 512;

  /** Largest block, bytes. */
  public static final int MAX_BLOCK_SIZE = 4096;

  /** Smallest cluster, bytes. */
  public static final int MIN_CLUSTER_SIZE = 4096;

  /** Largest cluster, bytes. */
  public static final int MAX_CLUSTER_SIZE = 1 << 20;

  /** Most nodes that can mount a volume at the same time. */
  public static final int MAX_SLOTS = 255;

  /** Marks "no slot" in 16-bit slot fields; a block from the global allocator carries it too. */
  public static final int INVALID_SLOT = 0xFFFF;

  /** Longest file name, bytes. */
  public static final int MAX_NAME_LENGTH = 255;

  /** Most links to a file, and to a directory without index. */
  public static final int LINK_MAX = 32_000;

  /** Most links to an indexed directory. */
  public static final long DX_LINK_MAX = 0x7FFF_FFFFL;

  /** Smallest journal, bytes. */
  public static final int MIN_JOURNAL_SIZE = 4 << 20;

  /** Deepest extent tree that is believed; the kernel never builds one as deep. */
  public static final int MAX_TREE_DEPTH = 15;

  /** Largest bitmap of a suballocator's group, bytes; cluster groups use the whole block. */
  public static final int MAX_BG_BITMAP_SIZE = 256;

  /** The superblock's block number, whatever the block size. */
  public static final long SUPER_BLOCK_BLKNO = 2;

  private Limits() {}
}
