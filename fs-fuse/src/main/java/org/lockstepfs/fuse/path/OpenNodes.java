package org.lockstepfs.fuse.path;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;

/**
 * The open files and directories of a mount by the number that libfuse keeps for each, never 0. As
 * many entries as the kernel has open files. Thread-safe.
 */
final class OpenNodes {
  /**
   * An open file or directory.
   *
   * @param nodeId its node, of which the file system has a reference while it is open
   * @param fh the file system's number for it
   */
  record Open(long nodeId, long fh) {}

  private final Map<Long, Open> opens = new ConcurrentHashMap<>();
  private final AtomicLong next = new AtomicLong(1);

  /** Remembers what was opened; returns its number. */
  long opened(long nodeId, long fh) {
    long number = next.getAndIncrement();
    opens.put(number, new Open(nodeId, fh));
    return number;
  }

  /**
   * Returns what has a number.
   *
   * @throws ErrnoException EBADF if nothing has
   */
  Open get(long number) throws ErrnoException {
    return known(number, opens.get(number));
  }

  /** Returns what has a number and forgets it; EBADF as {@link #get}. */
  Open closed(long number) throws ErrnoException {
    return known(number, opens.remove(number));
  }

  int size() {
    return opens.size();
  }

  private static Open known(long number, Open open) throws ErrnoException {
    if (open == null) {
      throw new ErrnoException(Errno.EBADF, "file handle " + number);
    }
    return open;
  }
}
