package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.fsdlm.Lkb.Wait;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * The caller's side: checks, and what a call means while an answer is out or a recovery is under
 * way.
 *
 * <p>Source: Linux fs/dlm/lock.c, set_lock_args, validate_lock_args, validate_unlock_args.
 */
final class LockCalls {
  private final Lockspace ls;

  LockCalls(Lockspace ls) {
    this.ls = ls;
  }

  Lkb lock(LockMode mode, int flags, ResName name, byte[] lvb, Object attachment) {
    check(flags, Lkf.REQUEST_FLAGS);
    if ((flags & Lkf.EXPEDITE) != 0 && (mode != LockMode.NL || (flags & Lkf.NOQUEUE) != 0)) {
      throw new IllegalArgumentException("EXPEDITE with mode " + mode + " or NOQUEUE");
    }
    if (lvb == null ? (flags & Lkf.VALBLK) != 0 : lvb.length != Lvb.LENGTH) {
      throw new IllegalArgumentException("value block is not of " + Lvb.LENGTH + " bytes");
    }
    Lkb lock = new Lkb(ls.self, ls.nextId(), ls.use(name), mode, lvb, attachment);
    ls.enter(lock);
    lock.begin(flags, mode);
    if (ls.running) {
      ls.operations.request(lock);
    } else {
      lock.defer(Wait.REQUEST);
    }
    return lock;
  }

  private static void check(int flags, int known) {
    if ((flags & ~known) != 0) {
      throw new IllegalArgumentException("flags 0x" + Integer.toHexString(flags & ~known));
    }
  }

  FsDlmStatus convert(Lkb lock, LockMode mode, int flags) {
    check(flags, Lkf.CONVERT_FLAGS);
    if (lock.isGone()) {
      return FsDlmStatus.ENOENT;
    }
    if (!lock.isIdle()) {
      return FsDlmStatus.EBUSY;
    }
    boolean demotesAndFails = (flags & Lkf.CONVDEADLK) != 0 && (flags & Lkf.NOQUEUE) != 0;
    boolean queuesDown = (flags & Lkf.QUECVT) != 0 && !mayQueue(lock.mode(), mode);
    if (demotesAndFails || queuesDown || ((flags & Lkf.VALBLK) != 0 && !lock.hasLvb())) {
      return FsDlmStatus.EINVAL;
    }
    lock.begin(flags, mode);
    if (ls.running) {
      ls.operations.convert(lock);
    } else {
      lock.defer(Wait.CONVERT);
    }
    return FsDlmStatus.SUCCESS;
  }

  /** QUECVT is for conversions up, and between PR and CW. */
  private static boolean mayQueue(LockMode from, LockMode to) {
    return to.strongerThan(from) || Lkb.isMiddle(from, to);
  }

  FsDlmStatus unlock(Lkb lock, int flags) {
    check(flags, Lkf.UNLOCK_FLAGS);
    boolean force = (flags & Lkf.FORCEUNLOCK) != 0;
    if (lock.isGone()) {
      return FsDlmStatus.ENOENT;
    }
    if ((flags & Lkf.VALBLK) != 0 && !lock.hasLvb()) {
      return FsDlmStatus.EINVAL;
    }
    if (lock.onLookups || lock.wait != Wait.NONE) {
      if (!force) {
        return FsDlmStatus.EBUSY;
      }
      unlockLater(lock, flags);
      return FsDlmStatus.SUCCESS;
    }
    lock.beginUnlock(flags);
    if (ls.running) {
      ls.operations.unlock(lock);
    } else {
      lock.defer(Wait.UNLOCK);
    }
    return FsDlmStatus.SUCCESS;
  }

  private void unlockLater(Lkb lock, int flags) {
    if (lock.onLookups) {
      lock.res.lookups.remove(lock);
      ls.completeGone(lock, FsDlmStatus.EUNLOCK);
    } else if (lock.wait != Wait.UNLOCK) {
      lock.beginUnlock(flags);
      lock.overlapUnlock = true;
    }
  }

  FsDlmStatus cancel(Lkb lock) {
    if (lock.isGone()) {
      return FsDlmStatus.ENOENT;
    }
    if (lock.onLookups) {
      lock.res.lookups.remove(lock);
      ls.completeGone(lock, FsDlmStatus.ECANCEL);
      return FsDlmStatus.SUCCESS;
    }
    switch (lock.wait) {
      case LOOKUP, REQUEST -> lock.overlapCancel = !lock.overlapUnlock;
      case CONVERT -> lock.overlapCancel = !lock.overlapUnlock && !lock.isDownConversion();
      case NONE -> cancelQueued(lock);
      case UNLOCK, CANCEL -> {}
    }
    return FsDlmStatus.SUCCESS;
  }

  private void cancelQueued(Lkb lock) {
    if (lock.isOn(lock.res.granted)) {
      return;
    }
    if (ls.running) {
      ls.operations.cancel(lock);
    } else {
      lock.defer(Wait.CANCEL);
    }
  }
}
