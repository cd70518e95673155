package org.lockstepfs.fuse.dlmfs;

import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.ctl.Leaf;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.Lksb;

/** An open file: holds its lock until it is closed. */
final class Holding implements Leaf.Open {
  private final LockFile file;
  private final LockMode mode;
  private final boolean append;
  private int appended;
  private Runnable wake;

  /**
   * Makes it; the lock is taken.
   *
   * @param append a value has no end to append to: writes follow each other from the start
   */
  Holding(LockFile file, LockMode mode, boolean append) {
    this.file = file;
    this.mode = mode;
    this.append = append;
  }

  LockMode mode() {
    return mode;
  }

  @Override
  public byte[] read() {
    return file.value();
  }

  @Override
  public synchronized int write(byte[] data, long offset) throws ErrnoException {
    long at = append ? appended : offset;
    if (at >= Lksb.LVB_LENGTH) {
      throw new ErrnoException(Errno.ENOSPC, "a value has " + Lksb.LVB_LENGTH + " bytes");
    }
    int length = (int) Math.min(data.length, Lksb.LVB_LENGTH - at);
    file.value(data, (int) at, length);
    appended += length;
    return length;
  }

  @Override
  public boolean readable() {
    return file.isWanted();
  }

  @Override
  public synchronized void whenReadable(Runnable newWake) {
    wake = newWake;
  }

  /** Another node waits for the lock. */
  void wake() {
    Runnable waiting;
    synchronized (this) {
      waiting = wake;
      wake = null;
    }
    if (waiting != null) {
      waiting.run();
    }
  }

  @Override
  public void close() {
    file.closed(this);
  }
}
