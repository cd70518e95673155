package org.lockstepfs.locks.fsdlm;

import java.util.List;
import java.util.Set;
import org.lockstepfs.locks.fsdlm.Lkb.Wait;

/**
 * Operations of this node whose answers a recovery has taken away: what can be told without the
 * dead master is told, the rest is sent again.
 *
 * <p>Source: Linux fs/dlm/lock.c, dlm_recover_waiters_pre, dlm_recover_waiters_post.
 */
final class RecoverWaiters {
  private final Lockspace ls;

  RecoverWaiters(Lockspace ls) {
    this.ls = ls;
  }

  void markGone(Set<Integer> gone) {
    for (Lkb lock : ls.locks.values()) {
      if (lock.wait != Wait.NONE && gone.contains(lock.waitNode)) {
        lock.waitGone = true;
      }
    }
  }

  void before() {
    for (Lkb lock : List.copyOf(ls.locks.values())) {
      if (lock.isOn(lock.res.converting) && lock.res.masterGone && lock.has(Lkf.CONVDEADLK)) {
        lock.demote();
      }
      if (lock.wait == Wait.LOOKUP) {
        lock.defer(Wait.LOOKUP);
      } else if (lock.waitGone) {
        lock.waitGone = false;
        bereave(lock);
      }
    }
  }

  private void bereave(Lkb lock) {
    switch (lock.wait) {
      case REQUEST -> lock.defer(Wait.REQUEST);
      case CONVERT -> bereaveConversion(lock);
      case UNLOCK -> ls.completeGone(lock, FsDlmStatus.EUNLOCK);
      case CANCEL -> bereaveCancel(lock);
      case NONE, LOOKUP -> {}
    }
  }

  /**
   * The dead master may have granted it, and others after it. That cannot be seen from a mode that
   * got stronger: the old one is safe. Between PR and CW it is not: the new master decides. With
   * CONVDEADLK the old mode may have been given up: it is taken as given up.
   */
  private static void bereaveConversion(Lkb lock) {
    if (lock.has(Lkf.CONVDEADLK)) {
      lock.demote();
    } else if (Lkb.isMiddle(lock.mode(), lock.wanted)) {
      lock.stopWaiting();
      lock.convertTo(lock.wanted);
      lock.res.converting.moveToTail(lock);
      if (lock.overlapUnlock) {
        lock.defer(Wait.UNLOCK);
      } else if (lock.overlapCancel) {
        lock.overlapCancel = false;
        lock.defer(Wait.CANCEL);
      }
      return;
    }
    lock.defer(Wait.CONVERT);
  }

  private void bereaveCancel(Lkb lock) {
    if (lock.isOn(lock.res.converting) && Lkb.isMiddle(lock.mode(), lock.convertTo())) {
      lock.defer(Wait.CANCEL);
      return;
    }
    lock.stopWaiting();
    if (ls.master.revert(lock)) {
      boolean unlocked = lock.isGone() && lock.overlapUnlock;
      ls.complete(lock, unlocked ? FsDlmStatus.EUNLOCK : FsDlmStatus.ECANCEL);
    }
    if (lock.overlapUnlock && !lock.isGone()) {
      lock.defer(Wait.UNLOCK);
    }
  }

  /** Locking goes on: sends what was held back. */
  void after() {
    for (Lkb lock : List.copyOf(ls.locks.values())) {
      if (lock.resend && !lock.isGone()) {
        Wait operation = lock.wait;
        lock.stopWaiting();
        if (operation == Wait.LOOKUP || operation == Wait.REQUEST) {
          repeatRequest(lock);
        } else {
          if (!lock.overlapUnlock || lock.isDownConversion()) {
            repeat(lock, operation);
          }
          ls.operations.overlapped(lock);
        }
      }
    }
  }

  private void repeatRequest(Lkb lock) {
    if (lock.overlapCancel || lock.overlapUnlock) {
      ls.operations.endOverlapped(lock);
    } else {
      ls.operations.request(lock);
    }
  }

  private void repeat(Lkb lock, Wait operation) {
    if (operation == Wait.CONVERT && lock.overlapCancel) {
      lock.overlapCancel = false;
      lock.wanted = lock.mode();
      ls.complete(lock, FsDlmStatus.ECANCEL);
    } else if (operation == Wait.CONVERT) {
      ls.operations.convert(lock);
    } else if (operation == Wait.UNLOCK) {
      ls.operations.unlock(lock);
    } else if (!lock.isOn(lock.res.granted)) {
      ls.operations.cancel(lock);
    }
  }
}
