package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lockstepfs.blockdev.device.BlockDevice;

/**
 * The first block of a journal; everything is big-endian.
 *
 * <pre>
 *   00 header            0C block size u32   10 blocks u32       14 first log block u32
 *   18 sequence u32      1C start u32 (0: empty)   20 errno u32
 *   24 compat u32        28 incompat u32     2C ro-compat u32    30 uuid 16   40 users u32
 * </pre>
 *
 * <p>Source: Linux 6.1 include/linux/jbd2.h, journal_superblock_t.
 */
public final class JournalSuperblock {
  /** Incompat feature: revoke records may occur. */
  static final int INCOMPAT_REVOKE = 0x1;

  /** Incompat feature: block numbers have 64 bits. */
  static final int INCOMPAT_64BIT = 0x2;

  /** Incompat feature: checksums, second version. */
  static final int INCOMPAT_CSUM_V2 = 0x8;

  /** Incompat feature: checksums, third version. */
  static final int INCOMPAT_CSUM_V3 = 0x10;

  private static final int INCOMPAT_KNOWN = INCOMPAT_REVOKE | INCOMPAT_64BIT;
  private static final int SIZE = 1024;
  private static final int MIN_BLOCKS = 8;

  private final ByteBuffer b;

  private JournalSuperblock(ByteBuffer block) {
    this.b = block.order(ByteOrder.BIG_ENDIAN);
  }

  /**
   * Writes the superblock of an empty journal into a zeroed block.
   *
   * @param block one volume block, of at least 512 bytes
   * @param blocks length of the journal file in blocks
   * @param incompat64 whether the volume has more than 2^32 blocks
   * @param uuid 16 bytes
   */
  public static void format(ByteBuffer block, int blocks, boolean incompat64, byte[] uuid) {
    ByteBuffer b = block.duplicate().order(ByteOrder.BIG_ENDIAN);
    b.putInt(0, LogFormat.MAGIC);
    b.putInt(LogFormat.TYPE, LogFormat.SUPERBLOCK_V2);
    b.putInt(0x0C, block.capacity());
    b.putInt(0x10, blocks);
    b.putInt(0x14, firstBlock(block.capacity()));
    b.putInt(0x18, 1);
    b.putInt(0x28, incompat64 ? INCOMPAT_64BIT : 0);
    b.put(0x30, uuid, 0, LogFormat.UUID_BYTES);
    b.putInt(0x40, 1);
  }

  /** The superblock has 1024 bytes, so with small blocks the log begins behind the second. */
  private static int firstBlock(int blockSize) {
    return Math.max(1, SIZE / blockSize);
  }

  /**
   * Reads and checks the superblock of a journal file.
   *
   * @throws IOException if it is damaged, or uses features that are not supported
   */
  static JournalSuperblock read(BlockDevice device, int blockSize, JournalMap map)
      throws IOException {
    ByteBuffer block = ByteBuffer.allocate(blockSize);
    long home = map.physical(0);
    device.read(home * blockSize, block);
    JournalSuperblock sb = new JournalSuperblock(block.clear());
    sb.check(device.name() + ": journal superblock in block " + home, blockSize);
    return sb;
  }

  private void check(String where, int blockSize) throws IOException {
    int type = b.getInt(LogFormat.TYPE);
    if (b.getInt(0) != LogFormat.MAGIC
        || (type != LogFormat.SUPERBLOCK_V2 && type != LogFormat.SUPERBLOCK_V1)) {
      throw new IOException(where + ": no journal");
    }
    if (b.getInt(0x0C) != blockSize) {
      throw new IOException(where + ": block size " + b.getInt(0x0C) + ", not " + blockSize);
    }
    if (blocks() < MIN_BLOCKS || first() < 1 || first() >= blocks() || start() >= blocks()) {
      throw new IOException(where + ": length, first or start block out of range");
    }
    if ((b.getInt(0x28) & ~INCOMPAT_KNOWN) != 0) {
      throw new IOException(
          where + ": unsupported features 0x" + Integer.toHexString(b.getInt(0x28)));
    }
  }

  /** Writes the superblock back; not durable before a flush. */
  void write(BlockDevice device, JournalMap map) throws IOException {
    device.write(map.physical(0) * b.capacity(), b.duplicate().clear());
  }

  long blocks() {
    return Integer.toUnsignedLong(b.getInt(0x10));
  }

  long first() {
    return Integer.toUnsignedLong(b.getInt(0x14));
  }

  /** Returns the id of the first transaction to be found at {@link #start}. */
  int sequence() {
    return b.getInt(0x18);
  }

  /** Returns where the log begins, 0 if it is empty. */
  long start() {
    return Integer.toUnsignedLong(b.getInt(0x1C));
  }

  void setTail(long start, int sequence) {
    b.putInt(0x18, sequence);
    b.putInt(0x1C, (int) start);
  }

  boolean has(int incompat) {
    return (b.getInt(0x28) & incompat) != 0;
  }

  void addIncompat(int incompat) {
    b.putInt(0x28, b.getInt(0x28) | incompat);
  }

  /** Copies the journal's UUID to a position in a block. */
  void copyUuid(ByteBuffer block, int at) {
    block.put(at, b, 0x30, LogFormat.UUID_BYTES);
  }
}
