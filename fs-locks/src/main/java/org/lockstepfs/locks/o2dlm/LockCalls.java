package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.DlmLock.LvbUse;
import org.lockstepfs.locks.o2dlm.DlmLock.Pending;
import org.lockstepfs.locks.o2dlm.DlmLock.Stage;
import org.lockstepfs.locks.o2dlm.message.ConvertLock;
import org.lockstepfs.locks.o2dlm.message.CreateLock;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * This node's own requests for new locks and for other modes, at this node or at a remote master.
 *
 * <p>A remote request is first entered in this node's own queues and then sent, so that an AST that
 * overtakes the status finds its lock. One request about a resource is on the wire at a time.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmlock.c, dlmlock, dlmlock_remote; dlmconvert.c,
 * dlmconvert_remote.
 */
final class LockCalls {
  private static final int LOCK_FLAGS =
      DlmFlags.LOCAL | DlmFlags.VALBLK | DlmFlags.NOQUEUE | DlmFlags.RECOVERY;
  private static final int CONVERT_FLAGS = DlmFlags.CONVERT | DlmFlags.VALBLK | DlmFlags.NOQUEUE;

  /** Pause before a request that met a migration or recovery is repeated. */
  static final int RETRY_MS = 100;

  private final Domain domain;
  private final UnlockCalls unlocks;

  LockCalls(Domain domain) {
    this.domain = domain;
    this.unlocks = domain.unlocks;
    unlocks.onLostCancel(this::repeatConvert);
  }

  DlmLock lock(LockMode mode, int flags, ResName name, byte[] lvb, Object attachment) {
    checkMode(mode);
    checkFlags(flags, LOCK_FLAGS);
    if (lvb.length != Lvb.LENGTH) {
      throw new IllegalArgumentException("value block of " + lvb.length + " bytes, not 64");
    }
    if (domain.state != DomainState.JOINED) {
      throw new IllegalStateException("domain " + domain.config.domain() + ": " + domain.state);
    }
    DlmLock lock = new DlmLock(mode, domain.self, domain.newCookie(), lvb, attachment);
    lock.creating = true;
    lock.begin(Stage.WAITING, mode, mode == LockMode.NL ? flags & ~DlmFlags.VALBLK : flags);
    domain.mastery.acquire(name, flags, res -> found(res, lock));
    return lock;
  }

  private void found(DlmLockRes res, DlmLock lock) {
    if (lock.stage == Stage.GONE) {
      res.inflight--;
      domain.purge.review(res);
      return;
    }
    lock.res = res;
    create(lock);
  }

  private void create(DlmLock lock) {
    if (lock.stage != Stage.WAITING) {
      return;
    }
    DlmLockRes res = lock.res;
    if (res.isBusy()) {
      res.await(() -> create(lock));
      return;
    }
    boolean wantsLvb = (lock.flags & DlmFlags.VALBLK) != 0;
    lock.lvbUse = wantsLvb ? LvbUse.GET : LvbUse.NONE;
    if (res.owner == domain.self) {
      LockQueue.detach(lock);
      lock.stage = Stage.QUEUED;
      created(lock, res, domain.queues.create(res, lock, lock.flags), res.owner);
      return;
    }
    res.set(ResState.IN_PROGRESS);
    res.blocked.moveToTail(lock);
    lock.pending = Pending.LOCK;
    lock.stage = Stage.SENT;
    int owner = res.owner;
    int flags = wantsLvb ? lock.flags | DlmFlags.GET_LVB : lock.flags;
    domain.send(
        owner,
        new CreateLock(lock.cookie, flags, domain.self, lock.mode(), res.name),
        status -> createAnswered(lock, res, DlmStatus.ofWire(status), owner),
        error -> createLost(lock, res, owner));
  }

  private void createAnswered(DlmLock lock, DlmLockRes res, DlmStatus status, int asked) {
    requestAnswered(res);
    // An AST that came before the status has ended the operation already.
    boolean over = lock.stage != Stage.SENT;
    if (!over && status == DlmStatus.NORMAL) {
      lock.stage = Stage.QUEUED;
    }
    created(lock, res, over ? DlmStatus.NORMAL : status, asked);
  }

  /**
   * No status will come. The master may have queued the lock and handed it on before it died, so it
   * stays in its place for an AST to find; it is asked for again.
   */
  private void createLost(DlmLock lock, DlmLockRes res, int asked) {
    if (lock.stage != Stage.SENT) {
      createAnswered(lock, res, DlmStatus.NORMAL, asked);
      return;
    }
    requestAnswered(res);
    lost(lock, () -> create(lock));
  }

  private void lost(DlmLock lock, Runnable again) {
    lock.pending = Pending.NONE;
    lock.outcomeUnknown = true;
    retry(lock, again);
  }

  private void created(DlmLock lock, DlmLockRes res, DlmStatus status, int asked) {
    lock.pending = Pending.NONE;
    if (status != DlmStatus.NORMAL) {
      boolean again = mustRetry(status, res, asked);
      if (!again || !lock.outcomeUnknown) {
        LockQueue.detach(lock);
        lock.lvbUse = LvbUse.NONE;
      }
      if (again) {
        retry(lock, () -> create(lock));
        return;
      }
      lock.stage = Stage.GONE;
      domain.emit(new Effect.Ast(lock, status));
    }
    lock.creating = false;
    lock.outcomeUnknown = false;
    res.inflight--;
    domain.purge.review(res);
    unlocks.resumeCancel(lock);
  }

  void convert(DlmLock lock, LockMode mode, int flags) {
    checkMode(mode);
    checkFlags(flags, CONVERT_FLAGS);
    if (lock.stage != Stage.IDLE) {
      throw new IllegalStateException("convert of " + lock);
    }
    lock.begin(Stage.WAITING, mode, flags | DlmFlags.CONVERT);
    convert(lock);
  }

  private void convert(DlmLock lock) {
    if (lock.stage != Stage.WAITING) {
      return;
    }
    DlmLockRes res = lock.res;
    if (res.isBusy()) {
      int operation = lock.operation;
      res.await(() -> retryConvert(lock, operation));
      return;
    }
    if (res.owner == domain.self) {
      lock.convertTo(null);
      res.granted.moveToTail(lock);
      lock.stage = Stage.QUEUED;
      converted(lock, domain.queues.convert(res, lock, lock.wanted, lock.flags), res.owner);
    } else {
      convertRemotely(lock, res);
    }
  }

  private void convertRemotely(DlmLock lock, DlmLockRes res) {
    res.set(ResState.IN_PROGRESS);
    res.converting.moveToTail(lock);
    lock.convertTo(lock.wanted);
    lock.pending = Pending.CONVERT;
    lock.stage = Stage.SENT;
    int flags = lock.flags;
    byte[] value = null;
    if ((flags & DlmFlags.VALBLK) != 0) {
      if (lock.mode() == LockMode.EX) {
        flags |= DlmFlags.PUT_LVB;
        lock.lvbUse = LvbUse.PUT;
        value = lock.lvb.clone();
      } else if (lock.wanted == LockMode.NL) {
        flags &= ~DlmFlags.VALBLK;
      } else {
        flags |= DlmFlags.GET_LVB;
        lock.lvbUse = LvbUse.GET;
      }
    }
    int owner = res.owner;
    int operation = lock.operation;
    domain.send(
        owner,
        new ConvertLock(lock.cookie, flags, domain.self, lock.wanted, res.name, value),
        status -> {
          requestAnswered(res);
          convertAnswered(lock, operation, DlmStatus.ofWire(status), owner);
        },
        error -> {
          requestAnswered(res);
          if (lock.operation != operation || lock.stage != Stage.SENT) {
            convertAnswered(lock, operation, DlmStatus.NORMAL, owner);
          } else {
            lost(lock, () -> retryConvert(lock, operation));
          }
        });
  }

  private void convertAnswered(DlmLock lock, int operation, DlmStatus status, int asked) {
    if (lock.operation != operation || lock.stage != Stage.SENT) {
      // The AST came first and ended the operation; the caller may have begun another, but not
      // sent it, for the resource was in progress.
      lock.pending = Pending.NONE;
      unlocks.resumeCancel(lock);
      return;
    }
    lock.pending = Pending.NONE;
    boolean stillUnknown = lock.outcomeUnknown && mustRetry(status, lock.res, asked);
    lock.outcomeUnknown = stillUnknown;
    if (status == DlmStatus.NORMAL) {
      lock.stage = Stage.QUEUED;
    } else if (!stillUnknown) {
      lock.convertTo(null);
      lock.res.granted.moveToTail(lock);
      lock.lvbUse = LvbUse.NONE;
    }
    converted(lock, status, asked);
  }

  private void converted(DlmLock lock, DlmStatus status, int asked) {
    if (status != DlmStatus.NORMAL) {
      if (mustRetry(status, lock.res, asked)) {
        int operation = lock.operation;
        retry(lock, () -> retryConvert(lock, operation));
        return;
      }
      lock.stage = Stage.IDLE;
      domain.emit(new Effect.Ast(lock, status));
    }
    unlocks.resumeCancel(lock);
  }

  /** The lock stands where a request put it that no master may know any more. */
  private void repeatConvert(DlmLock lock) {
    int operation = lock.operation;
    lost(lock, () -> retryConvert(lock, operation));
  }

  private void retryConvert(DlmLock lock, int operation) {
    if (lock.operation == operation) {
      convert(lock);
    }
  }

  private void retry(DlmLock lock, Runnable action) {
    lock.stage = Stage.WAITING;
    domain.timers.after(RETRY_MS, action);
    unlocks.resumeCancel(lock);
  }

  private void requestAnswered(DlmLockRes res) {
    res.clear(ResState.IN_PROGRESS);
    domain.wake(res);
  }

  /**
   * A status that tells to look again, or that comes from a node that no longer masters. REJECTED
   * comes from a node that has been restarted and whose death is not known here yet.
   */
  static boolean mustRetry(DlmStatus status, DlmLockRes res, int asked) {
    boolean moved = status == DlmStatus.IVLOCKID && res.owner != asked;
    return status.isRetry() || status == DlmStatus.REJECTED || moved;
  }

  private static void checkMode(LockMode mode) {
    if (mode != LockMode.NL && mode != LockMode.PR && mode != LockMode.EX) {
      throw new IllegalArgumentException("o2dlm has no mode " + mode);
    }
  }

  private static void checkFlags(int flags, int allowed) {
    if ((flags & ~allowed) != 0) {
      throw new IllegalArgumentException("lock flags 0x" + Integer.toHexString(flags & ~allowed));
    }
  }
}
