package org.lockstepfs.fuse.path;

import java.nio.ByteBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/**
 * Page-aligned memory between libfuse's buffers, which lie anywhere, and the device. As many exist
 * as there are transfers; a bounded number of free ones is kept. Thread-safe.
 */
final class Buffers {
  /** The longest transfer in bytes: what the buffer of libfuse 2.9's channel has room for. */
  static final int BYTES = 128 << 10;

  private static final int MAX_FREE = 16;

  private final ArrayBlockingQueue<ByteBuffer> free = new ArrayBlockingQueue<>(MAX_FREE);

  ByteBuffer take() {
    ByteBuffer kept = free.poll();
    return kept != null ? kept : NativeBuffers.allocate(BYTES);
  }

  /** Takes a buffer back; when enough are free, it is left to the garbage collector. */
  void give(ByteBuffer buffer) {
    boolean kept = free.offer(buffer.clear());
    assert kept || free.remainingCapacity() == 0;
  }
}
