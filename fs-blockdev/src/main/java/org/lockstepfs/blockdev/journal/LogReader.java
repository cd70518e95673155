package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/** Reads blocks of the log, many at a time, for replay. Not thread-safe. */
final class LogReader {
  private static final int CHUNK_BYTES = 1 << 18;

  private final LogFile file;
  private final LogRing ring;
  private final int blockSize;
  private final ByteBuffer chunk = NativeBuffers.allocate(CHUNK_BYTES).order(ByteOrder.BIG_ENDIAN);
  private int chunkStart;
  private int chunkBlocks;

  LogReader(LogFile file, LogRing ring) {
    this.file = file;
    this.ring = ring;
    this.blockSize = file.blockSize();
  }

  /** Returns a big-endian view of a block, valid until the next call. */
  ByteBuffer block(int position) throws IOException {
    if (position < chunkStart || position >= chunkStart + chunkBlocks) {
      fill(position);
    }
    return chunk.slice((position - chunkStart) * blockSize, blockSize).order(ByteOrder.BIG_ENDIAN);
  }

  private void fill(int position) throws IOException {
    chunkBlocks = 0;
    int blocks = Math.min(CHUNK_BYTES / blockSize, ring.end() - position);
    file.read(position, chunk.clear().limit(blocks * blockSize));
    chunk.clear();
    chunkStart = position;
    chunkBlocks = blocks;
  }
}
