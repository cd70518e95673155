package org.lockstepfs.fuse.dlmglue;

import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.locks.mode.LockMode;

/**
 * The flock(2) lock of one open file. Requests of one open file are served one after the other;
 * waiting ones hold no thread.
 *
 * <p>Every {@code done} is called exactly once, with null for success, on the calling thread or on
 * the cluster's; it must not block. Thread-safe.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, ocfs2_file_lock and ocfs2_file_unlock; locks.c.
 */
public interface FlockRes {

  /** A request that may still be waiting. */
  interface Pending {
    /**
     * Withdraws the request: {@code done} gets EINTR, unless the lock was granted meanwhile, which
     * then stands and is reported as success.
     */
    void cancel();
  }

  /**
   * Takes the lock, PR for LOCK_SH or EX for LOCK_EX. A change from EX to PR succeeds at once. One
   * from PR to EX is not atomic: the old lock goes first and is lost if the new one is not granted,
   * as flock(2) says.
   *
   * @param nonblock LOCK_NB: EAGAIN if another open file stands in the way
   * @param done null, EAGAIN, EINTR, EBADF after {@link #close}, or EIO
   */
  Pending lock(LockMode level, boolean nonblock, Consumer<Errno> done);

  /** Drops the lock; nothing happens if there is none. */
  void unlock(Consumer<Errno> done);

  /**
   * Withdraws every request, drops the lock and leaves nothing behind. Later requests get EBADF.
   *
   * @param done called when the cluster has forgotten this open file
   */
  void close(Runnable done);

  /** Returns the mode that is held: NL, PR or EX. */
  LockMode level();
}
