package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.util.Arrays;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.device.MemoryDevice;

/**
 * A volume in memory with a journal of {@link #JOURNAL_BLOCKS} blocks in two pieces, the second of
 * which lies before the first.
 */
final class TestVolume {
  static final int BLOCKS = 256;
  static final int JOURNAL_BLOCKS = 64;
  static final int HOME_START = 100;
  private static final int PIECE = 40;

  final int blockSize;
  final MemoryDevice disk;

  TestVolume(int blockSize) throws IOException {
    this.blockSize = blockSize;
    disk = new MemoryDevice(BLOCKS * blockSize, 512);
    ByteBuffer superblock = ByteBuffer.allocate(blockSize);
    JournalSuperblock.format(superblock, JOURNAL_BLOCKS, false, new byte[16]);
    disk.write(map(0) * blockSize, superblock);
  }

  static long map(long logical) {
    return logical < PIECE ? 50 + logical : logical - PIECE + 10;
  }

  JbdJournal open(BlockDevice device) throws IOException {
    return JbdJournal.open(device, blockSize, TestVolume::map, Clock.systemUTC());
  }

  JournalReplay.Result replay(BlockDevice device) throws IOException {
    return JournalReplay.replay(device, blockSize, TestVolume::map);
  }

  MetaBuffer buffer(long block) {
    return new MetaBuffer(block, ByteBuffer.allocate(blockSize));
  }

  /** Fills a buffer so that its first word is {@code first} and the rest shows {@code value}. */
  static void fill(MetaBuffer buffer, int first, int value) {
    for (int i = 0; i < buffer.data().capacity(); i += Integer.BYTES) {
      buffer.data().order(ByteOrder.BIG_ENDIAN).putInt(i, i == 0 ? first : value);
    }
  }

  /** Returns what {@link #fill} wrote as one number, or fails if the block is a mixture. */
  long contents(BlockDevice device, long block) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(blockSize);
    device.read(block * blockSize, data);
    int value = data.getInt(4);
    for (int i = 4; i < blockSize; i += Integer.BYTES) {
      if (data.getInt(i) != value) {
        throw new AssertionError("block " + block + " is torn: " + Arrays.toString(data.array()));
      }
    }
    return ((long) data.getInt(0) << Integer.SIZE) | Integer.toUnsignedLong(value);
  }

  static long expected(int first, int value) {
    return ((long) first << Integer.SIZE) | Integer.toUnsignedLong(value);
  }
}
