package org.lockstepfs.fuse.ctl;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;

/** What is open, by handle. Thread-safe. */
final class OpenTable<T> {
  /** Bound of open files; the kernel's own bounds per process come first. */
  private static final int MAX_OPEN = 1 << 16;

  private final Map<Long, T> open = new ConcurrentHashMap<>();
  private final AtomicLong last = new AtomicLong();

  /** Returns a handle; throws ENFILE if there are too many. */
  long add(T file) throws ErrnoException {
    if (open.size() >= MAX_OPEN) {
      throw new ErrnoException(Errno.ENFILE, MAX_OPEN + " control files are open");
    }
    long handle = last.incrementAndGet();
    open.put(handle, file);
    return handle;
  }

  T get(long handle) throws ErrnoException {
    return known(open.get(handle), handle);
  }

  T remove(long handle) throws ErrnoException {
    return known(open.remove(handle), handle);
  }

  private static <T> T known(T file, long handle) throws ErrnoException {
    if (file == null) {
      throw new ErrnoException(Errno.EBADF, "no open file " + handle);
    }
    return file;
  }
}
