package org.lockstepfs.locks.o2dlm;

import java.util.function.Consumer;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.DlmLock.Pending;
import org.lockstepfs.locks.o2dlm.DlmLock.Stage;
import org.lockstepfs.locks.o2dlm.message.UnlockLock;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * This node's own unlocks and cancels, at this node or at a remote master.
 *
 * <p>A cancel of a request whose status is outstanding waits for the status. A cancel that meets
 * the grant on the wire loses: the master answers CANCELGRANT, and the AST tells the rest.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmunlock.c, dlmunlock, dlmunlock_common.
 */
final class UnlockCalls {
  private static final int UNLOCK_FLAGS = DlmFlags.VALBLK | DlmFlags.INVVALBLK;
  private static final int RETRY_MS = 50;

  private final Domain domain;

  /** Repeats a conversion whose cancel has been reported as lost. */
  private Consumer<DlmLock> askAgain = lock -> {};

  UnlockCalls(Domain domain) {
    this.domain = domain;
  }

  void onLostCancel(Consumer<DlmLock> action) {
    askAgain = action;
  }

  void unlock(DlmLock lock, int flags) {
    if ((flags & ~UNLOCK_FLAGS) != 0) {
      throw new IllegalArgumentException("unlock flags 0x" + Integer.toHexString(flags));
    }
    if (lock.stage != Stage.IDLE) {
      throw new IllegalStateException("unlock of " + lock);
    }
    lock.begin(Stage.UNLOCKING, null, flags);
    unlock(lock);
  }

  private void unlock(DlmLock lock) {
    if (lock.stage != Stage.UNLOCKING || lock.pending == Pending.UNLOCK) {
      return;
    }
    DlmLockRes res = lock.res;
    if (res.isBusy()) {
      res.await(() -> unlock(lock));
      return;
    }
    boolean writes = (lock.flags & DlmFlags.VALBLK) != 0 && lock.mode() == LockMode.EX;
    if (res.owner == domain.self) {
      unlocked(lock, domain.queues.unlock(res, lock, writes ? lock.lvb : null));
      return;
    }
    lock.pending = Pending.UNLOCK;
    int flags = writes ? lock.flags | DlmFlags.PUT_LVB : lock.flags & ~DlmFlags.VALBLK;
    send(lock, flags, writes ? lock.lvb.clone() : null, this::unlockAnswered);
  }

  private interface Answer {
    void accept(DlmLock lock, DlmStatus status, int asked);
  }

  private void send(DlmLock lock, int flags, byte[] value, Answer answer) {
    DlmLockRes res = lock.res;
    int owner = res.owner;
    res.set(ResState.IN_PROGRESS);
    domain.send(
        owner,
        new UnlockLock(lock.cookie, flags, domain.self, res.name, value),
        status -> {
          res.clear(ResState.IN_PROGRESS);
          answer.accept(lock, DlmStatus.ofWire(status), owner);
          domain.wake(res);
        },
        error -> {
          res.clear(ResState.IN_PROGRESS);
          lock.outcomeUnknown = true;
          answer.accept(lock, DlmStatus.RECOVERING, owner);
          domain.wake(res);
        });
  }

  private void unlockAnswered(DlmLock lock, DlmStatus status, int asked) {
    lock.pending = Pending.NONE;
    if (LockCalls.mustRetry(status, lock.res, asked)) {
      domain.timers.after(RETRY_MS, () -> unlock(lock));
      return;
    }
    boolean doneBefore = status == DlmStatus.IVLOCKID && lock.outcomeUnknown;
    if (status == DlmStatus.NORMAL || doneBefore) {
      finish(lock);
    } else {
      unlocked(lock, status);
    }
  }

  /** The lock is gone at its master. */
  void finish(DlmLock lock) {
    LockQueue.detach(lock);
    unlocked(lock, DlmStatus.NORMAL);
  }

  private void unlocked(DlmLock lock, DlmStatus status) {
    lock.stage = status == DlmStatus.NORMAL ? Stage.GONE : Stage.IDLE;
    domain.emit(new Effect.UnlockAst(lock, status, false));
    domain.purge.review(lock.res);
  }

  void cancel(DlmLock lock) {
    lock.cancelledOperation = lock.operation;
    if (lock.cancelling) {
      lock.cancelAgain = true;
      return;
    }
    lock.cancelling = true;
    resumeCancel(lock);
  }

  /** Goes on with a cancel that waits for the operation, if there is one. */
  void resumeCancel(DlmLock lock) {
    if (!lock.cancelling || lock.pending == Pending.CANCEL) {
      return;
    }
    if (lock.operation != lock.cancelledOperation) {
      // The operation ended, and the caller has begun another.
      cancelled(lock, DlmStatus.CANCELGRANT);
      return;
    }
    switch (lock.stage) {
      case WAITING -> {
        if (!lock.outcomeUnknown) {
          withdrawUnsent(lock);
        }
      }
      case QUEUED -> withdrawQueued(lock);
      case IDLE, GONE, UNLOCKING -> cancelled(lock, DlmStatus.CANCELGRANT);
      case SENT -> {}
    }
  }

  /** No master knows of the operation. */
  private void withdrawUnsent(DlmLock lock) {
    lock.operation++;
    boolean isNew = !lock.isQueued();
    lock.stage = isNew ? Stage.GONE : Stage.IDLE;
    if (isNew && lock.res != null) {
      lock.res.inflight--;
      domain.purge.review(lock.res);
    }
    cancelled(lock, DlmStatus.NORMAL);
  }

  private void withdrawQueued(DlmLock lock) {
    DlmLockRes res = lock.res;
    if (lock.isOn(res.granted)) {
      cancelled(lock, DlmStatus.CANCELGRANT);
    } else if (res.isBusy()) {
      res.await(() -> resumeCancel(lock));
    } else if (res.owner == domain.self) {
      withdrawn(lock, domain.queues.cancel(res, lock));
    } else {
      lock.pending = Pending.CANCEL;
      send(lock, DlmFlags.CANCEL, null, this::cancelAnswered);
    }
  }

  private void cancelAnswered(DlmLock lock, DlmStatus status, int asked) {
    lock.pending = Pending.NONE;
    if (LockCalls.mustRetry(status, lock.res, asked)) {
      domain.timers.after(RETRY_MS, () -> resumeCancel(lock));
      return;
    }
    boolean repeated = lock.outcomeUnknown;
    lock.outcomeUnknown = false;
    boolean doneBefore = status == DlmStatus.IVLOCKID && repeated;
    if (status == DlmStatus.NORMAL || doneBefore) {
      boolean won = MasterQueues.withdraw(lock.res, lock);
      withdrawn(lock, won ? DlmStatus.NORMAL : DlmStatus.CANCELGRANT);
      return;
    }
    withdrawn(lock, status);
    if (repeated && status == DlmStatus.CANCELGRANT && lock.stage == Stage.QUEUED) {
      // The first cancel may have won; then no AST is due, unless the request is repeated.
      askAgain.accept(lock);
    }
  }

  private void withdrawn(DlmLock lock, DlmStatus status) {
    if (status == DlmStatus.NORMAL) {
      lock.operation++;
      lock.stage = lock.isQueued() ? Stage.IDLE : Stage.GONE;
      domain.purge.review(lock.res);
    }
    cancelled(lock, status);
  }

  private void cancelled(DlmLock lock, DlmStatus status) {
    lock.cancelling = lock.cancelAgain;
    lock.cancelAgain = false;
    domain.emit(new Effect.UnlockAst(lock, status, true));
    resumeCancel(lock);
  }
}
