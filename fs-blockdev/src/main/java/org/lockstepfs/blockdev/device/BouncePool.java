package org.lockstepfs.blockdev.device;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/**
 * Aligned buffers for transfers from and to memory that is not; keeps a few, allocates the rest.
 */
final class BouncePool {
  static final int BUFFER_BYTES = 1 << 18;
  private static final int MAX_KEPT = 16;

  private final BlockingQueue<ByteBuffer> kept = new ArrayBlockingQueue<>(MAX_KEPT);

  /** Returns a cleared buffer of {@link #BUFFER_BYTES}. */
  ByteBuffer take() {
    ByteBuffer buffer = kept.poll();
    return buffer == null ? NativeBuffers.allocate(BUFFER_BYTES) : buffer.clear();
  }

  /** Takes a buffer back; the caller must not touch it any more. */
  void give(ByteBuffer buffer) {
    kept.offer(buffer);
  }
}
