package org.lockstepfs.blockdev.journal;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/** The blocks of a journal file on the volume. Thread-safe. */
final class LogFile {
  private final BlockDevice device;
  private final int blockSize;

  /** First log block of each contiguous run, and the volume block where the run starts. */
  private final NavigableMap<Integer, Long> runs = new TreeMap<>();

  private final int length;

  private LogFile(BlockDevice device, int blockSize, JournalMap map, int length)
      throws IOException {
    this.device = device;
    this.blockSize = blockSize;
    this.length = length;
    long volumeBlocks = device.size() / blockSize;
    long expected = -1;
    for (int block = 0; block < length; block++) {
      long physical = map.physical(block);
      if (physical < 0 || physical >= volumeBlocks) {
        throw new IOException(
            device.name() + ": block " + block + " of the journal lies at " + physical);
      }
      if (physical != expected) {
        runs.put(block, physical);
      }
      expected = physical + 1;
    }
  }

  /** Opens the file far enough to read its superblock, then whole as that says. */
  static JournalSuperblock readSuperblock(BlockDevice device, int blockSize, JournalMap map)
      throws IOException {
    ByteBuffer block = NativeBuffers.allocate(blockSize);
    new LogFile(device, blockSize, map, 1).read(0, block);
    return JournalSuperblock.parse(block.clear(), device.name());
  }

  static LogFile open(
      BlockDevice device, int blockSize, JournalMap map, JournalSuperblock superblock)
      throws IOException {
    return new LogFile(device, blockSize, map, superblock.maxLength());
  }

  int blockSize() {
    return blockSize;
  }

  /** Fills {@code dst}, whole blocks, from log block {@code block} on. */
  void read(int block, ByteBuffer dst) throws IOException {
    int at = block;
    int end = dst.limit();
    while (dst.position() < end) {
      int blocks = contiguous(at, (end - dst.position()) / blockSize);
      dst.limit(dst.position() + blocks * blockSize);
      device.read(physical(at) * blockSize, dst);
      dst.limit(end);
      at += blocks;
    }
  }

  /** Writes {@code src}, whole blocks, from log block {@code block} on; not flushed. */
  void write(int block, ByteBuffer src) throws IOException {
    int at = block;
    int end = src.limit();
    while (src.position() < end) {
      int blocks = contiguous(at, (end - src.position()) / blockSize);
      src.limit(src.position() + blocks * blockSize);
      device.write(physical(at) * blockSize, src);
      src.limit(end);
      at += blocks;
    }
  }

  void flush() throws IOException {
    device.flush();
  }

  private int contiguous(int block, int wanted) throws EOFException {
    if (block < 0 || block + wanted > length) {
      throw new EOFException(device.name() + ": block " + block + " is outside the journal");
    }
    Integer next = runs.higherKey(block);
    return next == null ? wanted : Math.min(wanted, next - block);
  }

  private long physical(int block) {
    var run = runs.floorEntry(block);
    return run.getValue() + block - run.getKey();
  }
}
