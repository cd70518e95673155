package org.lockstepfs.blockdev.mkfs;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.format.Blocks;

/** Writes blocks of the volume that is being made. */
final class BlockWriter {
  private static final int CHUNK = 1 << 20;

  private final BlockDevice device;
  private final int blockSize;
  private final ByteBuffer chunk = Blocks.allocate(CHUNK);
  private final ByteBuffer zeros = Blocks.allocate(CHUNK);

  BlockWriter(BlockDevice device, int blockSize) {
    this.device = device;
    this.blockSize = blockSize;
  }

  /** Writes one block, or several that follow each other. */
  void write(long block, ByteBuffer contents) throws IOException {
    device.write(block * blockSize, contents.duplicate().clear());
  }

  /**
   * Makes a range read as zeros. What is zero already is not written again, so that a sparse image
   * stays sparse.
   */
  void zero(long block, long count) throws IOException {
    long offset = block * blockSize;
    long end = offset + count * blockSize;
    while (offset < end) {
      int length = (int) Math.min(CHUNK, end - offset);
      device.read(offset, chunk.clear().limit(length));
      if (!zeros.duplicate().limit(length).equals(chunk.flip())) {
        device.write(offset, zeros.duplicate().limit(length));
      }
      offset += length;
    }
  }

  void flush() throws IOException {
    device.flush();
  }
}
