package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.SortedMap;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/** Writes images to their home blocks, neighbours in one go. Used by one thread at a time. */
final class HomeWriter {
  private static final int STAGING_BYTES = 1 << 18;

  private final BlockDevice device;
  private final int blockSize;
  private final ByteBuffer staging = NativeBuffers.allocate(STAGING_BYTES);
  private long firstBlock;

  HomeWriter(BlockDevice device, int blockSize) {
    this.device = device;
    this.blockSize = blockSize;
  }

  /** Writes all images; not flushed. */
  void write(SortedMap<Long, byte[]> images) throws IOException {
    staging.clear();
    for (Map.Entry<Long, byte[]> image : images.entrySet()) {
      long expected = firstBlock + staging.position() / blockSize;
      if (!staging.hasRemaining() || image.getKey() != expected) {
        drain();
        firstBlock = image.getKey();
      }
      staging.put(image.getValue());
    }
    drain();
  }

  private void drain() throws IOException {
    if (staging.position() > 0) {
      device.write(firstBlock * blockSize, staging.flip());
      staging.clear();
    }
  }
}
