package org.lockstepfs.fuse.ctl;

import java.io.IOException;
import java.util.function.BooleanSupplier;

/** A file. Thread-safe. */
public interface Leaf extends Entry {

  /** Returns the size that stat shows, in bytes. */
  long size();

  /**
   * Opens it.
   *
   * @param how what for
   * @param interrupted whether the caller has got a signal; to be asked on the calling thread, now
   *     and then while this waits
   * @throws IOException as it shall be seen: {@link org.lockstepfs.blockdev.sys.ErrnoException}'s
   *     number, else EIO
   */
  Open open(OpenMode how, BooleanSupplier interrupted) throws IOException;

  /**
   * What a file is opened for.
   *
   * @param write for writing, or both
   * @param nonblock with O_NONBLOCK
   * @param append with O_APPEND
   */
  record OpenMode(boolean write, boolean nonblock, boolean append) {}

  /** An open file. Thread-safe. */
  interface Open {
    /** Returns the whole content. */
    byte[] read() throws IOException;

    /**
     * Writes.
     *
     * @param offset where, at least 0
     * @return how much of it was taken
     */
    int write(byte[] data, long offset) throws IOException;

    /** Returns whether poll(2) shall report it readable now. */
    boolean readable();

    /** Has {@code wake} run once when {@link #readable} may have become true. */
    void whenReadable(Runnable wake);

    /** The last reference is gone. */
    void close();
  }
}
