package org.lockstepfs.fuse.dlmglue;

import static org.lockstepfs.locks.mode.LockMode.EX;
import static org.lockstepfs.locks.mode.LockMode.NL;
import static org.lockstepfs.locks.mode.LockMode.PR;

import java.io.IOException;
import java.util.Collection;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;

/**
 * One cluster lock, kept at its level after its last user until another node wants it.
 *
 * <p>Holders on one node do not exclude each other: PR and EX may be held side by side by different
 * threads here, and the inode's own lock keeps them apart. A thread that holds the lock must not
 * take it again: once another node waits, the second taking waits for a downconvert that waits for
 * the first. Thread-safe; a holding belongs to no thread, so that another may release it.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, __ocfs2_cluster_lock, ocfs2_drop_lock.
 */
public final class LockRes extends MonitoredLock {
  private static final int GIVEN_UP_POLL_MS = 20;

  LockRes(DlmGlue glue, LockType type, LockId name, LockOps ops) {
    super(glue, type, name, ops);
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
    checkLevel(level);
    synchronized (state) {
      if (state.holdCached(level)) {
        stats().countCached();
        return;
      }
    }
    acquire(new Taker(level, wait));
    refreshOrRelease(level);
  }

  /**
   * Takes the lock as with {@link LockWait#WAIT}, as long as the caller wants it. The lock has to
   * be {@link #attach}ed: the request that makes it could not be taken back. A caller that gave up
   * calls {@link #giveBack}, which takes back what it had asked for.
   *
   * @param givenUp asked on this thread, now and then; must not block
   * @throws ErrnoException EINTR if the caller has given up
   */
  public void lock(LockMode level, BooleanSupplier givenUp) throws IOException {
    checkLevel(level);
    acquire(new Taker(level, LockWait.WAIT, givenUp));
    refreshOrRelease(level);
  }

  private static void checkLevel(LockMode level) {
    if (level != PR && level != EX) {
      throw new IllegalArgumentException("a lock is held at PR or EX, not at " + level);
    }
  }

  private void acquire(Taker taker) throws ErrnoException {
    long start = glue.nanoTime();
    boolean interrupted = false;
    stats().countUncached();
    try {
      for (; ; ) {
        Set<LockFlag> flags;
        synchronized (state) {
          Taker.Step step = attempt(taker);
          while (step == Taker.Step.WAIT) {
            interrupted |= await(taker);
            step = attempt(taker);
          }
          if (step == Taker.Step.GRANTED) {
            changed();
            break;
          }
          if (step == Taker.Step.REFUSED) {
            throw failure(Errno.EAGAIN, "not granted at once");
          }
          flags = callFlags(taker.wait == LockWait.NOQUEUE);
        }
        call(taker.wanted, flags, taker.call);
      }
    } catch (ErrnoException e) {
      stats().countFailure();
      throw e;
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
      stats().countWait(glue.nanoTime() - start);
    }
  }

  private Taker.Step attempt(Taker taker) throws ErrnoException {
    Errno error = state.takeError(taker);
    if (error != null) {
      throw failure(error, "the cluster refused " + taker.wanted);
    }
    return state.take(taker);
  }

  /** Waits for a change; returns whether an interrupt came that this taker has to ignore. */
  private boolean await(Taker taker) throws ErrnoException {
    if (taker.wait == LockWait.NONBLOCK) {
      state.giveUp(taker);
      throw failure(Errno.EAGAIN, "would have to wait");
    }
    try {
      if (taker.givenUp != null) {
        if (taker.givenUp.getAsBoolean()) {
          state.giveUp(taker);
          throw failure(Errno.EINTR, "given up");
        }
        waitForChange(GIVEN_UP_POLL_MS);
      } else {
        waitForChange();
      }
      return false;
    } catch (InterruptedException e) {
      if (state.callIsOut(taker)) {
        return true;
      }
      Thread.currentThread().interrupt();
      throw failure(Errno.EINTR, "interrupted");
    }
  }

  private void refreshOrRelease(LockMode level) throws IOException {
    boolean refreshed = false;
    try {
      refreshIfNeeded();
      refreshed = true;
    } finally {
      if (!refreshed) {
        stats().countFailure();
        unlock(level);
      }
    }
  }

  /** ocfs2_should_refresh_lock_res and what follows it. */
  private void refreshIfNeeded() throws IOException {
    synchronized (state) {
      awaitClear(LockFlagBit.REFRESHING);
      if (!state.beginRefresh()) {
        return;
      }
    }
    boolean refreshed = false;
    try {
      stats().countRefresh();
      ops.refresh(lksb != null && lksb.lvbValid() && type().usesLvb() ? lksb.lvb() : null);
      refreshed = true;
    } finally {
      synchronized (state) {
        state.endRefresh(refreshed);
        changed();
      }
    }
  }

  /**
   * Releases one holding of {@code level}.
   *
   * @throws IllegalStateException if nobody holds it
   */
  public void unlock(LockMode level) {
    synchronized (state) {
      state.release(level);
      if (state.has(LockFlagBit.BLOCKED)) {
        changed();
      }
    }
  }

  /**
   * Acquires the lock of something that no other node can know of yet, without holding it and
   * without waiting; what it protects counts as up to date. Does nothing if this node has the lock
   * in some mode already.
   */
  public void createNew(LockMode level) throws ErrnoException {
    checkLevel(level);
    int generation;
    Set<LockFlag> flags;
    synchronized (state) {
      if (glue.isLocal()) {
        state.endRefresh(true);
        return;
      }
      if (!state.isUnknown()) {
        return;
      }
      generation = state.createNew(level);
      flags = callFlags(false);
    }
    // Its name has no generation in it: somebody may still know an earlier owner of the block.
    flags.remove(LockFlag.LOCAL);
    call(level, flags, generation);
  }

  /**
   * Makes the lock at NL, unless the cluster has it already: every wait from then on is a
   * conversion, which can be taken back.
   */
  public void attach() throws ErrnoException {
    Taker taker = new Taker(NL, LockWait.WAIT);
    Set<LockFlag> flags;
    synchronized (state) {
      waitWhile(() -> state.has(LockFlagBit.BUSY) && !state.has(LockFlagBit.ATTACHED));
      if (!state.isUnknown()) {
        return;
      }
      taker.call = state.attach();
      flags = callFlags(false);
    }
    call(NL, flags, taker.call);
    synchronized (state) {
      awaitClear(LockFlagBit.BUSY);
      Errno error = state.takeError(taker);
      if (error != null) {
        throw failure(error, "the cluster refused it");
      }
    }
  }

  /**
   * Converts the lock down as soon as its holders allow it, and takes a conversion back that is
   * still out, as if another node wanted the lock.
   *
   * @param keep the strongest mode that this node still needs: NL or PR
   */
  public void giveBack(LockMode keep) {
    synchronized (state) {
      state.blockingAst(keep == NL ? EX : PR);
      changed();
    }
  }

  /** Waits until a conversion down that nothing stands in the way of is done. */
  public void settle() {
    synchronized (state) {
      waitWhile(() -> state.has(LockFlagBit.BLOCKED) && !state.hasHolders());
    }
  }

  /**
   * Gives the lock up for good, after checkpoint and with its value block; returns when the cluster
   * has forgotten it. Nobody may hold or want it any more. Not to be called in {@link
   * LockOps#downconvertWorker} of this lock. May be repeated after a failure.
   *
   * @throws IOException if the checkpoint failed, which leaves the lock where it is, or the cluster
   *     refused
   */
  public void drop() throws IOException {
    dropAll(List.of(this));
  }

  /** Drops many locks, their messages side by side; tries all, throws the first failure. */
  public static void dropAll(Collection<LockRes> locks) throws IOException {
    IOException first = null;
    for (LockRes lock : locks) {
      try {
        lock.startDrop();
      } catch (IOException e) {
        first = first == null ? e : first;
      }
    }
    for (LockRes lock : locks) {
      synchronized (lock.state) {
        lock.awaitClear(LockFlagBit.BUSY);
      }
    }
    if (first != null) {
      throw first;
    }
  }

  private void startDrop() throws IOException {
    if (!quiesce()) {
      return;
    }
    if (!ops.checkDownconvert(NL)) {
      ops.checkpoint();
    }
    Set<LockFlag> flags =
        type().usesLvb() ? EnumSet.of(LockFlag.VALBLK) : EnumSet.noneOf(LockFlag.class);
    synchronized (state) {
      prepareLvb();
      if (!state.beginDropCall()) {
        return;
      }
    }
    try {
      glue.connection().unlock(lksb, flags);
    } catch (ErrnoException e) {
      unlockAst(e.errno());
      throw e;
    }
  }

  /** Keeps everybody away; returns whether there is anything to give back to the cluster. */
  private boolean quiesce() {
    synchronized (state) {
      state.beginDrop();
      awaitClear(LockFlagBit.UNBLOCKING);
    }
    cancelLeftover();
    synchronized (state) {
      awaitClear(LockFlagBit.BUSY);
      if (state.hasHolders()) {
        throw new IllegalStateException("dropped while held: " + this);
      }
      return state.has(LockFlagBit.ATTACHED);
    }
  }

  /**
   * Takes back a conversion that a NONBLOCK taker left behind: it may wait for a node that waits
   * for this one, and the downconvert thread, which would find out, does not come any more.
   */
  private void cancelLeftover() {
    synchronized (state) {
      awaitClear(LockFlagBit.PENDING);
      if (!state.beginCancel()) {
        return;
      }
    }
    try {
      cancelConvert();
    } catch (ErrnoException e) {
      glue.downconverter().retryBusy(this::cancelLeftover);
    }
  }

  private ErrnoException failure(Errno errno, String reason) {
    return new ErrnoException(errno, name() + ": " + reason);
  }
}
