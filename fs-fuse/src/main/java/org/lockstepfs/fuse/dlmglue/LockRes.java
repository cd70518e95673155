package org.lockstepfs.fuse.dlmglue;

import java.io.IOException;
import java.util.Collection;
import java.util.Objects;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.LockId;

/**
 * One cluster lock, kept at its level after its last user until another node wants it.
 *
 * <p>Holders on one node do not exclude each other: PR and EX may be held side by side by different
 * threads here, and the inode's own lock keeps them apart. A thread that holds the lock must not
 * take it again: once another node waits, the second taking waits for a downconvert that waits for
 * the first. Thread-safe; holding belongs to no thread, so that another may release.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, __ocfs2_cluster_lock.
 */
public final class LockRes {

  private final LockType type;
  private final LockId name;

  LockRes(LockType type, LockId name) {
    this.type = type;
    this.name = name;
  }

  /** Takes the lock as with {@link LockWait#WAIT}. */
  public void lock(LockMode level) throws IOException {
    lock(level, LockWait.WAIT);
  }

  /**
   * Takes the lock and brings what it protects up to date. Without contention and with the lock
   * cached this costs no message and no wait.
   *
   * <p>An interrupt ends the wait only as long as no request of this thread is with the cluster;
   * afterwards the thread waits on and keeps its interrupt status.
   *
   * @param level PR or EX
   * @throws ErrnoException EAGAIN with NOQUEUE or NONBLOCK if that would have meant waiting; EINTR;
   *     what the cluster said
   * @throws IOException what {@link LockOps#refresh} threw; the lock is not held then
   */
  public void lock(LockMode level, LockWait wait) throws IOException {
    Objects.requireNonNull(level);
    Objects.requireNonNull(wait);
  }

  /** Releases one holding of {@code level}. */
  public void unlock(LockMode level) {
    Objects.requireNonNull(level);
  }

  /**
   * Acquires the lock of something that no other node can know of yet, without holding it and
   * without waiting; what it protects counts as up to date.
   *
   * @param masterHere master the resource here without asking; only for names that cannot have
   *     existed before, that is, with a new generation in them
   */
  public void createNew(LockMode level, boolean masterHere) throws ErrnoException {
    Objects.requireNonNull(level);
  }

  /**
   * Gives the lock up for good, after checkpoint and with its value block; returns when the cluster
   * has forgotten it. Nobody may hold or want it any more. Not to be called in {@link
   * LockOps#downconvertWorker} of this lock.
   */
  public void drop() throws IOException {}

  /** Drops many locks, their messages side by side. */
  public static void dropAll(Collection<LockRes> locks) throws IOException {
    Objects.requireNonNull(locks);
  }

  /** Returns the type. */
  public LockType type() {
    return type;
  }

  /** Returns the name that the cluster knows. */
  public LockId name() {
    return name;
  }

  /** Returns the level that the cluster granted: what is cached here. */
  public LockMode level() {
    return LockMode.EX;
  }
}
