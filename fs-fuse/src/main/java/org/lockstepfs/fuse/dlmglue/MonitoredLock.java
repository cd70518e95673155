package org.lockstepfs.fuse.dlmglue;

import static org.lockstepfs.locks.mode.LockMode.EX;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A {@link LockState} and what the rules leave out: its monitor, which is the state object's, the
 * waiting for a change, the calls to the cluster, which are made without the monitor, the cluster's
 * callbacks, and the steps of the downconvert thread. What users of the lock do is in {@link
 * LockRes}.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, ocfs2_locking_ast, ocfs2_blocking_ast, ocfs2_unlock_ast,
 * ocfs2_downconvert_lock, ocfs2_cancel_convert.
 */
abstract class MonitoredLock extends LksbOwner {
  private static final Logger log = LoggerFactory.getLogger(MonitoredLock.class);

  final DlmGlue glue;
  final LockState state = new LockState();
  final LockOps ops;
  private final LockType type;
  private final LockId name;

  /** Made at the first call; null as long as the cluster knows nothing of this lock. */
  Lksb lksb;

  private int waiters;

  MonitoredLock(DlmGlue glue, LockType type, LockId name, LockOps ops) {
    this.glue = glue;
    this.type = type;
    this.name = name;
    this.ops = ops;
    if (glue.isLocal()) {
      state.grantForEver(type.requiresRefresh());
    }
  }

  void waitForChange() throws InterruptedException {
    waitForChange(0);
  }

  /** Waits no longer than a time, 0 for ever. */
  void waitForChange(long timeoutMs) throws InterruptedException {
    waiters++;
    try {
      state.wait(timeoutMs);
    } finally {
      waiters--;
    }
  }

  /** To be called, with the monitor held, after every step that may let somebody go on. */
  void changed() {
    if (waiters > 0) {
      state.notifyAll();
    }
    if (state.enqueue()) {
      glue.downconverter().enqueue(this);
    }
  }

  /** As {@link #changed}, after a failure that would come back at once. */
  private void changedByFailure() {
    state.notifyAll();
    if (state.enqueue()) {
      glue.downconverter().enqueueLater(this);
    }
  }

  Set<LockFlag> callFlags(boolean noQueue) {
    Set<LockFlag> flags = EnumSet.noneOf(LockFlag.class);
    if (state.has(LockFlagBit.ATTACHED)) {
      flags.add(LockFlag.CONVERT);
    }
    if (state.has(LockFlagBit.LOCAL)) {
      flags.add(LockFlag.LOCAL);
    }
    if (noQueue) {
      flags.add(LockFlag.NOQUEUE);
    }
    if (type.usesLvb()) {
      flags.add(LockFlag.VALBLK);
    }
    return flags;
  }

  /** Makes the lock call that the state has begun; must not hold the monitor. */
  void call(LockMode mode, Set<LockFlag> flags, int generation) throws ErrnoException {
    boolean started = false;
    try {
      glue.connection().lock(mode, statusBlock(), flags, name);
      started = true;
    } finally {
      synchronized (state) {
        if (started) {
          state.callReturned(generation);
        } else {
          state.callFailed(generation);
        }
        changed();
      }
    }
  }

  private Lksb statusBlock() {
    synchronized (state) {
      if (lksb == null) {
        lksb = new Lksb(this);
      }
      return lksb;
    }
  }

  /** Waits, with the monitor held, however often interrupted. */
  void awaitClear(LockFlagBit flag) {
    waitWhile(() -> state.has(flag));
  }

  /** Waits, with the monitor held, however often interrupted. */
  void waitWhile(BooleanSupplier condition) {
    boolean interrupted = false;
    while (condition.getAsBoolean()) {
      try {
        waitForChange();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** Fills the value block if this node is the one who knows what belongs there. */
  void prepareLvb() {
    if (!type.usesLvb() || lksb == null || state.level() != EX) {
      return;
    }
    if (state.ownsLvb()) {
      ops.setLvb(lksb.lvb());
    } else if (!lksb.lvbValid()) {
      // Written back as it came it would become valid by that; zero is a version nobody trusts.
      Arrays.fill(lksb.lvb(), (byte) 0);
    }
  }

  // The downconvert thread's steps.

  LockOps ops() {
    return ops;
  }

  boolean beginUnblock() {
    synchronized (state) {
      return state.beginUnblock();
    }
  }

  /** Ends the work on this lock; it is queued again at once if there is more that can be done. */
  void endUnblock() {
    synchronized (state) {
      state.endUnblock();
      changed();
    }
  }

  /**
   * Ends the work on this lock although another node still waits: its owner is going to drop it.
   */
  void endUnblockForDrop() {
    synchronized (state) {
      state.endUnblock();
      state.notifyAll();
    }
  }

  UnblockStep unblock() {
    synchronized (state) {
      return state.unblock();
    }
  }

  LockMode blocking() {
    synchronized (state) {
      return state.blocking();
    }
  }

  boolean ownerAgrees() {
    synchronized (state) {
      return ops.checkDownconvert(state.downconvertLevel());
    }
  }

  /**
   * Converts down if the state still is what the owner prepared for.
   *
   * @return false if it changed meanwhile
   */
  boolean downconvert(LockMode preparedFor) throws ErrnoException {
    LockMode newLevel;
    int generation;
    Set<LockFlag> flags;
    synchronized (state) {
      newLevel = state.downconvertLevel();
      if (state.blocking() != preparedFor
          || state.unblock() != UnblockStep.DOWNCONVERT
          || !ops.checkDownconvert(newLevel)) {
        return false;
      }
      prepareLvb();
      generation = state.beginDownconvert(newLevel);
      flags = callFlags(false);
    }
    call(newLevel, flags, generation);
    stats().countDownconvert();
    return true;
  }

  void cancelConvert() throws ErrnoException {
    try {
      glue.connection().unlock(lksb, EnumSet.of(LockFlag.CANCEL));
    } catch (ErrnoException e) {
      synchronized (state) {
        state.cancelFailed();
      }
      throw e;
    }
  }

  // The cluster's callbacks.

  @Override
  void lockAst(Errno error) {
    synchronized (state) {
      boolean downconvertFailed = error != null && state.action() == LockAction.DOWNCONVERT;
      state.lockAst(error, type.requiresRefresh());
      if (downconvertFailed) {
        log.error("{}: downconvert failed with {}: {}", glue, error, this);
        changedByFailure();
      } else {
        changed();
      }
    }
  }

  @Override
  void blockingAst(LockMode wanted) {
    stats().countBast();
    synchronized (state) {
      state.blockingAst(wanted);
      changed();
    }
    ops.blocked(wanted);
  }

  @Override
  void unlockAst(Errno error) {
    synchronized (state) {
      if (!state.unlockAst(error)) {
        log.warn("{}: unlock AST without an unlock: {}", glue, this);
      } else if (error == null) {
        changed();
      } else {
        log.error("{}: unlock or cancel failed with {}: {}", glue, error, this);
        changedByFailure();
      }
    }
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
    synchronized (state) {
      return state.level();
    }
  }

  LockStats stats() {
    return glue.stats(type);
  }

  /** Returns name, levels, flags and holders, for the log. */
  @Override
  public String toString() {
    synchronized (state) {
      return type.label() + " lock " + name + " " + state;
    }
  }
}
