package org.lockstepfs.blockdev.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Pointer;

/** Page-aligned memory outside the heap, as direct I/O wants it. */
public final class NativeBuffers {
  /** Alignment in bytes: that of the largest logical sector. */
  public static final int PAGE = 4096;

  private NativeBuffers() {}

  /**
   * Allocates a zeroed little-endian buffer of exactly {@code bytes} that starts at a page. It is
   * freed when the garbage collector finds it unreachable, so keep and reuse it.
   */
  public static ByteBuffer allocate(int bytes) {
    int pages = (bytes + PAGE - 1) / PAGE * PAGE;
    ByteBuffer aligned = ByteBuffer.allocateDirect(pages + PAGE).alignedSlice(PAGE);
    return aligned.limit(bytes).slice().order(ByteOrder.LITTLE_ENDIAN);
  }

  /**
   * Returns the address of a direct buffer's byte 0, whatever its position. It is valid while the
   * buffer is reachable.
   *
   * @throws IllegalArgumentException if the buffer lies on the heap
   */
  public static long address(ByteBuffer buffer) {
    if (!buffer.isDirect()) {
      throw new IllegalArgumentException("a heap buffer has no address");
    }
    // The pointer would start at the position.
    ByteBuffer start = buffer.position() == 0 ? buffer : buffer.duplicate().position(0);
    return Pointer.wrap(Native.runtime(), start).address();
  }
}
