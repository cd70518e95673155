package org.lockstepfs.fuse.inode;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.dlmglue.LockRes;
import org.lockstepfs.fuse.dlmglue.LockWait;
import org.lockstepfs.locks.mode.LockMode;

/**
 * How often an inode is open on this node, and the OPEN lock that tells other nodes of it. Whoever
 * removes the last name tries for EX; refused, the file lives on as an orphan until its last user
 * finds that it has no name.
 *
 * <p>Nobody can try who does not hold the inode's META lock in EX. As long as this node caches that
 * lock, opening and closing therefore costs no message: OPEN is taken in PR when META goes to
 * another node while the file is open, and given up after the last close.
 *
 * <p>The caller holds the inode's META lock: in any mode to open and close, in EX to ask.
 */
public final class OpenCount {
  private final InodeContext volume;
  private final long block;
  private final ReentrantLock mutex = new ReentrantLock();
  private LockRes lock;
  private int count;

  OpenCount(InodeContext volume, long block) {
    this.volume = volume;
    this.block = block;
  }

  /** Counts an open file. */
  public void opened() {
    mutex.lock();
    try {
      count++;
    } finally {
      mutex.unlock();
    }
  }

  /** Returns whether other nodes have still to be told that the file is open here. */
  boolean isUnpublished() {
    mutex.lock();
    try {
      return count > 0 && lock == null;
    } finally {
      mutex.unlock();
    }
  }

  /** Tells other nodes that the file is open here, if it is; META is still cached. */
  void publish() throws IOException {
    mutex.lock();
    try {
      if (isUnpublished()) {
        lock = take();
      }
    } finally {
      mutex.unlock();
    }
  }

  private LockRes take() throws IOException {
    LockRes fresh = volume.openLock(block);
    try {
      fresh.lock(LockMode.PR);
      return fresh;
    } catch (IOException | RuntimeException e) {
      fresh.drop();
      throw e;
    }
  }

  /** Counts a close. */
  public void closed() throws IOException {
    mutex.lock();
    try {
      count--;
      if (count == 0 && lock != null) {
        LockRes last = lock;
        lock = null;
        last.unlock(LockMode.PR);
        last.drop();
      }
    } finally {
      mutex.unlock();
    }
  }

  /** Returns whether no node of the cluster, this one included, has the file open. */
  public boolean nobody() throws IOException {
    mutex.lock();
    try {
      if (count > 0) {
        return false;
      }
      return tryExclusive();
    } finally {
      mutex.unlock();
    }
  }

  private boolean tryExclusive() throws IOException {
    LockRes probe = volume.openLock(block);
    try {
      probe.lock(LockMode.EX, LockWait.NOQUEUE);
      probe.unlock(LockMode.EX);
      return true;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EAGAIN) {
        return false;
      }
      throw e;
    } finally {
      probe.drop();
    }
  }
}
