package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * File or directory contents inside the dinode.
 *
 * <pre>
 * 00  id_count le16   bytes that can be used
 * 02  reserved 6
 * 08  id_data[]
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_inline_data.
 */
public final class InlineData {
  static final int HEADER_SIZE = 0x08;
  private static final int COUNT = 0x00;

  private final ByteBuffer block;
  private final int start;

  InlineData(ByteBuffer block, int start) {
    this.block = block;
    this.start = start;
  }

  /** Returns the bytes that fit into a dinode, of which so many hold attributes. */
  public static int capacity(int blockSize, int inlineXattrSize) {
    return blockSize - Dinode.ID2 - HEADER_SIZE - inlineXattrSize;
  }

  void check(long blkno, long size, int capacity) throws CorruptBlockException {
    Check.atMost(blkno, "id_count", count(), capacity);
    Check.that(size >= 0 && size <= count(), blkno, "i_size", size + " exceeds id_count");
  }

  /** Makes it empty: {@code count} zeroed bytes can be used. */
  public void init(int count) {
    Blocks.zero(block, start, start + HEADER_SIZE + count);
    block.putShort(start + COUNT, (short) count);
  }

  /** Returns the bytes that can be used. */
  public int count() {
    return block.getShort(start + COUNT) & 0xFFFF;
  }

  /** Sets the bytes that can be used. */
  public void setCount(int bytes) {
    block.putShort(start + COUNT, (short) bytes);
  }

  /** Returns where in the block the data begins. */
  public int dataOffset() {
    return start + HEADER_SIZE;
  }

  /** Copies {@code dst.remaining()} bytes out, starting at byte {@code offset} of the data. */
  public void read(int offset, ByteBuffer dst) {
    check(offset, dst.remaining());
    int length = dst.remaining();
    dst.put(dst.position(), block, dataOffset() + offset, length);
    dst.position(dst.position() + length);
  }

  /** Copies {@code src.remaining()} bytes in, starting at byte {@code offset} of the data. */
  public void write(int offset, ByteBuffer src) {
    check(offset, src.remaining());
    int length = src.remaining();
    block.put(dataOffset() + offset, src, src.position(), length);
    src.position(src.position() + length);
  }

  /** Zeroes bytes {@code from} to {@code to} of the data. */
  public void zero(int from, int to) {
    check(from, to - from);
    Blocks.zero(block, dataOffset() + from, dataOffset() + to);
  }

  private void check(int offset, int length) {
    if (offset < 0 || length < 0 || offset + length > count()) {
      throw new IndexOutOfBoundsException(
          length + " bytes at " + offset + " of " + count() + " inline");
    }
  }
}
