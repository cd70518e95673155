package org.lockstepfs.fuse.kernel;

import java.util.concurrent.ArrayBlockingQueue;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.lockstepfs.fuse.kernel.wire.Negotiation;
import org.lockstepfs.fuse.kernel.wire.RequestView;

/**
 * Page-aligned buffers that hold one request or the data of one reply. As many exist as there are
 * requests in work, which the kernel bounds; a bounded number of free ones is kept. Thread-safe.
 */
final class BufferPool {
  /** Arguments of a WRITE ({@code fuse_write_in}), which its data follows. */
  private static final int WRITE_BYTES = 40;

  /** Where a request is read to, so that the data of a WRITE begins on a page. */
  static final int REQUEST_AT = NativeBuffers.PAGE - RequestView.HEADER_BYTES - WRITE_BYTES;

  /** Room for a request: header, arguments and the most data that was negotiated. */
  static final int REQUEST_BYTES = RequestView.HEADER_BYTES + WRITE_BYTES + Negotiation.MAX_WRITE;

  private final ArrayBlockingQueue<NativeMemory> free;

  BufferPool(int maxFree) {
    free = new ArrayBlockingQueue<>(maxFree);
  }

  NativeMemory take() {
    NativeMemory kept = free.poll();
    return kept != null ? kept : NativeMemory.allocate(REQUEST_AT + REQUEST_BYTES);
  }

  void give(NativeMemory buffer) {
    buffer.bytes().clear();
    boolean kept = free.offer(buffer);
    assert kept || free.remainingCapacity() == 0;
  }
}
