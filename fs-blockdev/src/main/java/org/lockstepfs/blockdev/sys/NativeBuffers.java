package org.lockstepfs.blockdev.sys;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jnr.ffi.Pointer;

/** Page-aligned memory outside the heap, as direct I/O wants it. */
public final class NativeBuffers {
  /** Alignment in bytes: that of the largest logical sector. */
  public static final int PAGE = 4096;

  /** Size of a huge page in bytes, on most machines. */
  public static final int HUGE_PAGE = 2 << 20;

  private static final int MADV_HUGEPAGE = 14;
  private static final int MADV_COLLAPSE = 25;

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
   * As {@link #allocate}, in huge pages where the system has them: direct I/O of a megabyte then
   * pins one page instead of 256. Takes {@link #HUGE_PAGE} of memory or a multiple of it.
   */
  public static ByteBuffer allocateHuge(int bytes) {
    int pages = (bytes + HUGE_PAGE - 1) / HUGE_PAGE * HUGE_PAGE;
    ByteBuffer aligned = ByteBuffer.allocateDirect(pages + HUGE_PAGE).alignedSlice(HUGE_PAGE);
    // Advice only: without it the memory serves as well. The JDK has written zeros to it, so that
    // its small pages exist already and have to be joined (Linux 6.1 and later).
    Native.libc().madvise(address(aligned), pages, MADV_HUGEPAGE);
    Native.libc().madvise(address(aligned), pages, MADV_COLLAPSE);
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
