package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.fsdlm.Lkb.Wait;
import org.lockstepfs.locks.fsdlm.message.Cancel;
import org.lockstepfs.locks.fsdlm.message.Convert;
import org.lockstepfs.locks.fsdlm.message.Request;
import org.lockstepfs.locks.fsdlm.message.Unlock;
import org.lockstepfs.locks.mode.LvbDirection;

/**
 * The holder's side of the four operations: here if this node is the master, else by a message.
 *
 * <p>Source: Linux fs/dlm/lock.c, _request_lock, _convert_lock, _unlock_lock, _cancel_lock;
 * send_convert for conversions that need no answer.
 */
final class Operations {
  private final Lockspace ls;

  Operations(Lockspace ls) {
    this.ls = ls;
  }

  /** Requests a new lock, now or when its master is known. */
  void request(Lkb lock) {
    Rsb res = lock.res;
    if (!ls.mastery.settle(res, lock)) {
      return;
    }
    if (res.master != ls.self) {
      lock.await(Wait.REQUEST, res.master);
      ls.send(res.master, new Request(lock.id, lock.wanted, lock.flags, res.name));
      return;
    }
    FsDlmStatus result = ls.master.request(lock);
    if (result == FsDlmStatus.EAGAIN) {
      ls.completeGone(lock, result);
    } else if (result == FsDlmStatus.SUCCESS) {
      ls.complete(lock, result);
    }
    ls.master.effects(lock, result);
    ls.mastery.confirm(res);
  }

  /** Starts a conversion; a down-conversion is over at once. */
  void convert(Lkb lock) {
    Rsb res = lock.res;
    if (res.master == ls.self) {
      FsDlmStatus result = ls.master.convert(lock);
      if (result != FsDlmStatus.EINPROGRESS) {
        ls.complete(lock, result);
      }
      ls.master.effects(lock, result);
      return;
    }
    byte[] lvb =
        LvbDirection.of(lock.mode(), lock.wanted) == LvbDirection.TO_CALLER
            ? null
            : lock.lvbToWrite;
    ls.send(res.master, new Convert(lock.id, lock.wanted, lock.flags, lvb));
    if (lock.isDownConversion()) {
      granted(lock, null, 0);
      ls.complete(lock, FsDlmStatus.SUCCESS);
    } else {
      lock.await(Wait.CONVERT, res.master);
    }
  }

  void unlock(Lkb lock) {
    Rsb res = lock.res;
    if (res.master == ls.self) {
      lock.beginCopy(lock.unlockFlags, lock.mode(), lock.unlockLvb);
      ls.master.unlock(lock);
      ls.complete(lock, FsDlmStatus.EUNLOCK);
      ls.granting.grantPending(res);
    } else {
      lock.await(Wait.UNLOCK, res.master);
      ls.send(res.master, new Unlock(lock.id, lock.unlockFlags, lock.unlockLvb));
    }
  }

  void cancel(Lkb lock) {
    Rsb res = lock.res;
    if (res.master != ls.self) {
      lock.await(Wait.CANCEL, res.master);
      ls.send(res.master, new Cancel(lock.id));
    } else if (ls.master.cancel(lock) == FsDlmStatus.ECANCEL) {
      ls.complete(lock, FsDlmStatus.ECANCEL);
      ls.granting.grantPending(res);
    }
  }

  /** The holder's copy has the wanted mode now; a value block may have come along. */
  void granted(Lkb lock, byte[] lvb, int lvbSeq) {
    Rsb res = lock.res;
    LvbDirection direction = LvbDirection.of(lock.isHeld() ? lock.mode() : null, lock.wanted);
    lock.lvbValid = false;
    if (lock.has(Lkf.VALBLK) && direction == LvbDirection.TO_CALLER) {
      lock.readLvb(lvb, lvbSeq);
    } else if (lock.lvbToWrite != null
        && !lock.has(Lkf.IVVALBLK)
        && direction == LvbDirection.TO_RESOURCE) {
      // The master counts its writes; without its word the next number is as good a guess.
      lock.wroteLvb(lvbSeq == 0 ? lock.lvbSeq + 1 : lvbSeq);
    }
    lock.mode(lock.wanted);
    lock.convertTo(null);
    lock.highBast = null;
    res.granted.moveToTail(lock);
  }

  /**
   * Acts on a cancel or forced unlock that came while an answer was out, now that it is here. A
   * cancel of what is granted meanwhile has come too late.
   */
  void overlapped(Lkb lock) {
    if (lock.isGone()) {
      return;
    }
    if (lock.overlapUnlock) {
      lock.overlapUnlock = false;
      lock.overlapCancel = false;
      unlock(lock);
    } else if (lock.overlapCancel) {
      lock.overlapCancel = false;
      if (lock.isQueued() && !lock.isOn(lock.res.granted)) {
        cancel(lock);
      }
    }
  }

  /** Ends a request that nobody has entered anywhere, by the cancel or unlock that overtook it. */
  void endOverlapped(Lkb lock) {
    boolean unlock = lock.overlapUnlock;
    ls.completeGone(lock, unlock ? FsDlmStatus.EUNLOCK : FsDlmStatus.ECANCEL);
    ls.mastery.passOn(lock.res, lock);
  }
}
