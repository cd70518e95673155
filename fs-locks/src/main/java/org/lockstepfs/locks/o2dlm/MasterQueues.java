package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.resource.GrantRules;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * The master's side of lock, convert, unlock and cancel: who holds what, who waits, who is next.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmlock.c (dlmlock_master), dlmconvert.c (__dlmconvert_master),
 * dlmunlock.c (dlm_get_cancel_actions), dlmthread.c (dlm_shuffle_lists).
 */
final class MasterQueues {
  private final Domain domain;

  MasterQueues(Domain domain) {
    this.domain = domain;
  }

  /** Grants or queues a new lock; NOTQUEUED if neither was possible. */
  DlmStatus create(DlmLockRes res, DlmLock lock, int flags) {
    lock.res = res;
    if (GrantRules.grantableNow(res.granted, res.converting, null, lock.mode())) {
      res.granted.moveToTail(lock);
      // For the recovery lock the status says all.
      if (!res.name.equals(ResName.RECOVERY)) {
        domain.asts.queueAst(lock);
      }
    } else if ((flags & DlmFlags.NOQUEUE) != 0) {
      return DlmStatus.NOTQUEUED;
    } else {
      res.blocked.moveToTail(lock);
    }
    domain.kick(res);
    return DlmStatus.NORMAL;
  }

  /**
   * Grants a conversion in place or queues it. A down-conversion is always granted. One from EX
   * with VALBLK stores the lock's value block at once, so that whoever is granted next reads it.
   */
  DlmStatus convert(DlmLockRes res, DlmLock lock, LockMode mode, int flags) {
    if (!lock.isOn(res.granted) || lock.convertTo() != null) {
      return DlmStatus.DENIED;
    }
    if ((flags & DlmFlags.VALBLK) != 0) {
      if (lock.mode() == LockMode.EX) {
        lock.lvbUse = DlmLock.LvbUse.PUT;
      } else if (mode != LockMode.NL) {
        lock.lvbUse = DlmLock.LvbUse.GET;
      }
    }
    boolean down = !mode.strongerThan(lock.mode());
    if (down || GrantRules.grantableNow(res.granted, res.converting, lock, mode)) {
      lock.mode(mode);
      if (lock.lvbUse == DlmLock.LvbUse.PUT) {
        res.putLvb(lock.lvb);
      }
      res.granted.moveToTail(lock);
      domain.asts.queueAst(lock);
    } else if ((flags & DlmFlags.NOQUEUE) != 0) {
      lock.lvbUse = DlmLock.LvbUse.NONE;
      return DlmStatus.NOTQUEUED;
    } else {
      lock.convertTo(mode);
      res.converting.moveToTail(lock);
    }
    domain.kick(res);
    return DlmStatus.NORMAL;
  }

  /** Removes a granted lock, and stores its value block if it is given. */
  DlmStatus unlock(DlmLockRes res, DlmLock lock, byte[] value) {
    if (!lock.isOn(res.granted)) {
      return DlmStatus.DENIED;
    }
    if (value != null) {
      res.putLvb(value);
    }
    LockQueue.detach(lock);
    domain.kick(res);
    return DlmStatus.NORMAL;
  }

  /** Withdraws a waiting request or conversion; CANCELGRANT if it is granted already. */
  DlmStatus cancel(DlmLockRes res, DlmLock lock) {
    if (lock.isOn(res.granted)) {
      return DlmStatus.CANCELGRANT;
    }
    if (!withdraw(res, lock)) {
      return DlmStatus.IVLOCKID;
    }
    domain.kick(res);
    return DlmStatus.NORMAL;
  }

  /**
   * Takes a lock off the blocked queue, or back from converting to granted; false if on neither.
   */
  static boolean withdraw(DlmLockRes res, DlmLock lock) {
    if (lock.isOn(res.blocked)) {
      LockQueue.detach(lock);
    } else if (lock.isOn(res.converting)) {
      lock.convertTo(null);
      res.granted.moveToTail(lock);
    } else {
      return false;
    }
    lock.lvbUse = DlmLock.LvbUse.NONE;
    return true;
  }

  /**
   * Grants what has become grantable, in order: first the head of converting, and only when nothing
   * there is in the way the head of blocked; and asks whoever stands in the way to give it up.
   */
  void shuffle(DlmLockRes res) {
    if (res.owner != domain.self || res.isBusy() || res.migrationPending) {
      return;
    }
    boolean granting = true;
    while (granting) {
      DlmLock target = res.converting.first();
      if (target != null) {
        granting = mayGrant(res, target, target.convertTo());
        if (granting) {
          target.mode(target.convertTo());
          target.convertTo(null);
          if (target.lvbUse == DlmLock.LvbUse.PUT) {
            // This node's own, put off by the move of the resource to this node.
            res.putLvb(target.lvb);
          }
          res.granted.moveToTail(target);
          domain.asts.queueAst(target);
          continue;
        }
      }
      DlmLock waiting = res.blocked.first();
      if (waiting == null) {
        return;
      }
      granting = mayGrant(res, waiting, waiting.mode()) && granting;
      if (granting) {
        res.granted.moveToTail(waiting);
        domain.asts.queueAst(waiting);
      }
    }
  }

  /** Returns whether no other lock's granted mode conflicts; those that do get a BAST. */
  private boolean mayGrant(DlmLockRes res, DlmLock target, LockMode wanted) {
    boolean free = askToGiveWay(res.granted, target, wanted);
    return askToGiveWay(res.converting, target, wanted) && free;
  }

  private boolean askToGiveWay(LockQueue<DlmLock> holders, DlmLock target, LockMode wanted) {
    boolean free = true;
    for (DlmLock lock = holders.first(); lock != null; lock = holders.after(lock)) {
      if (lock != target && !lock.mode().compatibleWith(wanted)) {
        free = false;
        domain.asts.queueBast(lock, wanted);
      }
    }
    return free;
  }
}
