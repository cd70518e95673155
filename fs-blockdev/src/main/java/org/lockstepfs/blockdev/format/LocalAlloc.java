package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * A slot's window of clusters, reserved from the global bitmap, in the dinode of its local_alloc
 * file. The window's length is the dinode's {@code bitmap1.i_total}, its used clusters {@code
 * i_used}; {@code i_total == 0} means no window.
 *
 * <pre>
 * 00  la_bm_off le32   first cluster of the window
 * 04  la_size   le16   bytes of la_bitmap
 * 06  reserved  10
 * 10  la_bitmap[]      set: in use; bits past the window are not looked at
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_local_alloc.
 */
public final class LocalAlloc {
  private static final int HEADER_SIZE = 0x10;
  private static final int BM_OFF = 0x00;
  private static final int SIZE = 0x04;

  private final ByteBuffer block;
  private final int start;

  LocalAlloc(ByteBuffer block, int start) {
    this.block = block;
    this.start = start;
  }

  /** Returns the bytes of bitmap that a dinode has room for. */
  public static int bytesPerDinode(int blockSize) {
    return blockSize - Dinode.ID2 - HEADER_SIZE;
  }

  void check(long blkno, long totalBits) throws CorruptBlockException {
    Check.atMost(blkno, "la_size", size(), bytesPerDinode(block.capacity()));
    Check.atMost(blkno, "i_total", totalBits, 8L * size());
  }

  /** Makes a local alloc without a window and with the largest bitmap that fits. */
  public void init() {
    clear();
    block.putShort(start + SIZE, (short) bytesPerDinode(block.capacity()));
  }

  /** Forgets the window: offset and bitmap become zero. */
  public void clear() {
    block.putInt(start + BM_OFF, 0);
    Blocks.zero(block, start + HEADER_SIZE, block.capacity());
  }

  /** Returns the first cluster of the window. */
  public long offset() {
    return block.getInt(start + BM_OFF) & 0xFFFF_FFFFL;
  }

  /** Sets the first cluster of the window. */
  public void setOffset(long cluster) {
    block.putInt(start + BM_OFF, (int) cluster);
  }

  /** Returns the bytes of the bitmap. */
  public int size() {
    return block.getShort(start + SIZE) & 0xFFFF;
  }

  /** Returns the whole bitmap, 8 × {@link #size} bits. */
  public Bitmap bitmap() {
    return new Bitmap(block, start + HEADER_SIZE, 8 * size());
  }
}
