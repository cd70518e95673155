package org.lockstepfs.blockdev.sys;

import java.util.function.LongSupplier;
import jnr.constants.platform.Errno;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Runtime;

/** The C library of this process, bound once, and its errors. Thread-safe: errno is per thread. */
public final class Native {
  private static final Libc LIBC = LibraryLoader.create(Libc.class).load("c");
  private static final Runtime RUNTIME = Runtime.getRuntime(LIBC);

  private Native() {}

  /** Returns the C library. */
  public static Libc libc() {
    return LIBC;
  }

  /** Returns the runtime that native memory belongs to. */
  public static Runtime runtime() {
    return RUNTIME;
  }

  /** Returns the error of this thread's last failed call. */
  public static Errno errno() {
    return Errno.valueOf(RUNTIME.getLastError());
  }

  /** Makes an exception of this thread's last failed call; {@code what} names call and object. */
  public static ErrnoException failure(String what) {
    return new ErrnoException(errno(), what);
  }

  /**
   * Makes a call, again whenever a signal interrupts it, and returns what it returns.
   *
   * @throws ErrnoException if the result is negative
   */
  public static long call(String what, LongSupplier call) throws ErrnoException {
    while (true) {
      long result = call.getAsLong();
      if (result >= 0) {
        return result;
      }
      if (errno() != Errno.EINTR) {
        throw failure(what);
      }
    }
  }

  /**
   * Opens a file; the descriptor is not inherited by child processes.
   *
   * @param flags see {@link OpenFlag}
   */
  public static int open(String path, int flags) throws ErrnoException {
    return (int) call("open of " + path, () -> LIBC.open(path, flags | OpenFlag.CLOEXEC, 0));
  }

  /** Closes a descriptor once: on Linux it is gone even when close(2) reports an error. */
  public static void close(int fd, String what) throws ErrnoException {
    if (LIBC.close(fd) < 0) {
      throw failure("close of " + what);
    }
  }
}
