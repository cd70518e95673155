package org.lockstepfs.fuse.kernel;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/**
 * Page-aligned memory outside the heap, in host byte order. It lives as long as this object.
 *
 * @param address of the first byte
 */
record NativeMemory(ByteBuffer bytes, long address) {
  /** Allocates zeroed memory. */
  static NativeMemory allocate(int size) {
    ByteBuffer bytes = NativeBuffers.allocateHuge(size).order(ByteOrder.nativeOrder());
    return new NativeMemory(bytes, NativeBuffers.address(bytes));
  }
}
