package org.lockstepfs.fuse.kernel;

import org.lockstepfs.blockdev.sys.Libc;
import org.lockstepfs.blockdev.sys.Native;

/**
 * The C library with its errors as negative numbers, and every thread's scratch memory.
 * Thread-safe.
 */
final class NativeLayer {
  private final Libc libc = Native.libc();
  private final jnr.ffi.Runtime runtime = Native.runtime();
  private final ThreadLocal<ReplyScratch> scratch = ThreadLocal.withInitial(ReplyScratch::new);

  Libc libc() {
    return libc;
  }

  /** Returns the calling thread's scratch memory; the next use by this thread overwrites it. */
  ReplyScratch scratch() {
    return scratch.get();
  }

  /** Turns what a C function returned into itself, or a negative errno. */
  long result(long returned) {
    return returned < 0 ? -runtime.getLastError() : returned;
  }
}
