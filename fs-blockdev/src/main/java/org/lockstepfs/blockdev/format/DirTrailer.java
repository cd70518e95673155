package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * The last 64 bytes of a directory block on volumes with indexed directories or checksums: it looks
 * like an unused entry to whoever does not know it.
 *
 * <pre>
 * 00 db_compat_inode le64 (0)  08 db_compat_rec_len le16 (64)  0A db_compat_name_len u8 (0)
 * 0E db_free_rec_len le16      10 db_signature "DIRTRL1"
 * 20 db_free_next le64         28 db_blkno le64
 * 30 db_parent_dinode le64     38 db_check 8
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_dir_block_trailer; checks as ocfs2_check_dir_trailer
 * (dir.c).
 */
public final class DirTrailer {
  /** Bytes of a trailer. */
  public static final int SIZE = 0x40;

  private static final int REC_LEN = 0x08;
  private static final int FREE_REC_LEN = 0x0E;
  private static final int SIGNATURE = 0x10;
  private static final int FREE_NEXT = 0x20;
  private static final int BLKNO = 0x28;
  private static final int PARENT = 0x30;

  private final ByteBuffer block;
  private final int start;

  private DirTrailer(ByteBuffer block) {
    this.block = Check.littleEndian(block);
    this.start = block.capacity() - SIZE;
  }

  /**
   * Views the trailer of a directory block read from disk.
   *
   * @param parent dinode of the directory
   * @throws CorruptBlockException if the block has no trailer of that place and directory
   */
  public static DirTrailer open(ByteBuffer block, long blkno, long parent)
      throws CorruptBlockException {
    DirTrailer trailer = new DirTrailer(block);
    Check.that(
        block.getLong(trailer.start + SIGNATURE) == Signatures.DIR_TRAILER,
        blkno,
        "db_signature",
        "bad signature");
    Check.equal(blkno, "db_blkno", block.getLong(trailer.start + BLKNO), blkno);
    Check.equal(blkno, "db_parent_dinode", block.getLong(trailer.start + PARENT), parent);
    return trailer;
  }

  /** Writes a fresh trailer into a directory block. */
  public static DirTrailer init(ByteBuffer block, long blkno, long parent) {
    DirTrailer trailer = new DirTrailer(block);
    Blocks.zero(block, trailer.start, block.capacity());
    block.putShort(trailer.start + REC_LEN, (short) SIZE);
    block.putLong(trailer.start + SIGNATURE, Signatures.DIR_TRAILER);
    block.putLong(trailer.start + BLKNO, blkno);
    block.putLong(trailer.start + PARENT, parent);
    return trailer;
  }

  /** Returns the largest hole of the block, bytes, as the directory index keeps it. */
  public int freeRecLen() {
    return block.getShort(start + FREE_REC_LEN) & 0xFFFF;
  }

  /** Returns the next block of the index's list of blocks with room, or 0. */
  public long freeNext() {
    return block.getLong(start + FREE_NEXT);
  }
}
