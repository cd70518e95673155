package org.lockstepfs.fuse.kernel;

import java.nio.ByteBuffer;
import org.lockstepfs.fuse.kernel.wire.Notification;
import org.lockstepfs.fuse.kernel.wire.ReplyEncoder;

/** A thread's own native memory to encode a short message in, with two I/O vectors behind it. */
final class ReplyScratch {
  private static final int VECTORS_AT = 1024;
  private static final int BYTES = VECTORS_AT + 32;

  private final NativeMemory memory;

  ReplyScratch() {
    memory = NativeMemory.allocate(BYTES);
    assert Math.max(ReplyEncoder.LONGEST_BYTES, Notification.LONGEST_BYTES) <= VECTORS_AT;
  }

  NativeMemory memory() {
    return memory;
  }

  ByteBuffer bytes() {
    return memory.bytes();
  }

  long address() {
    return memory.address();
  }

  /**
   * Points the vectors at this scratch's first bytes and at {@code data}; returns their address.
   */
  long vectors(int headBytes, long data, int dataBytes) {
    bytes().putLong(VECTORS_AT, address()).putLong(VECTORS_AT + 8, headBytes);
    bytes().putLong(VECTORS_AT + 16, data).putLong(VECTORS_AT + 24, dataBytes);
    return address() + VECTORS_AT;
  }
}
