package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.resource.GrantRules;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * The master's decisions: what may be granted, who closes a circle of conversions, who is asked to
 * give way.
 *
 * <p>Source: Linux fs/dlm/lock.c, _can_be_granted, conversion_deadlock_detect, grant_pending_locks,
 * modes_require_bast; Davis, "VAXcluster Principles", chapter 6.
 */
final class Granting {
  /** What is to be done with a request or a conversion. */
  enum Verdict {
    /** Nothing is in the way. */
    GRANT,
    /** It must wait. */
    WAIT,
    /** It would wait for somebody who waits for it. */
    DEADLOCK
  }

  private final Lockspace ls;

  Granting(Lockspace ls) {
    this.ls = ls;
  }

  /**
   * Decides about one lock; with CONVDEADLK it may lose its granted mode by that.
   *
   * @param fresh whether the operation has just arrived and stands in no queue of waiters yet
   */
  Verdict decide(Rsb res, Lkb lock, boolean fresh) {
    if (grantable(res, lock, fresh)) {
      return Verdict.GRANT;
    }
    if (!lock.isHeld() || lock.has(Lkf.NOQUEUE) || !closesCircle(res, lock)) {
      return Verdict.WAIT;
    }
    if (lock.has(Lkf.CONVDEADLK)) {
      lock.demote();
      return Verdict.WAIT;
    }
    return Verdict.DEADLOCK;
  }

  boolean grantable(Rsb res, Lkb lock, boolean fresh) {
    if (lock.has(Lkf.EXPEDITE)) {
      return true;
    }
    if (!GrantRules.compatibleWithHolders(res.granted, res.converting, lock, lock.wanted)) {
      return false;
    }
    if (lock.isHeld()) {
      return conversionInTurn(res, lock, fresh);
    }
    if (lock.has(Lkf.NOORDER)) {
      return true;
    }
    return res.converting.isEmpty()
        && (fresh ? res.waiting.isEmpty() : res.waiting.first() == lock);
  }

  /**
   * In place when it is new, unless QUECVT; in order when it waits. But one whose granted mode
   * keeps an earlier one from its mode goes first: recovery, which loses the order, can leave such
   * a pair.
   */
  private static boolean conversionInTurn(Rsb res, Lkb lock, boolean fresh) {
    if (fresh) {
      return !lock.has(Lkf.QUECVT) || res.converting.isEmpty();
    }
    return res.recoverGrant
        || lock.has(Lkf.NOORDER)
        || res.converting.first() == lock
        || closesCircle(res, lock);
  }

  /**
   * Returns whether the lock's granted mode keeps an earlier conversion waiting, or a later one
   * that keeps this one waiting as well.
   */
  private static boolean closesCircle(Rsb res, Lkb lock) {
    boolean earlier = true;
    for (Lkb other : res.converting) {
      if (other == lock) {
        earlier = false;
      } else if (!lock.mode().compatibleWith(other.wanted)
          && (earlier || !other.mode().compatibleWith(lock.wanted))) {
        return true;
      }
    }
    return false;
  }

  /** What is still blocked after a pass over the queues. */
  private static final class Blocked {
    LockMode high;
    boolean cw;

    void add(LockMode wanted) {
      cw |= wanted == LockMode.CW;
      high = high == null || wanted.strongerThan(high) ? wanted : high;
    }
  }

  /** Grants what has become grantable, and asks whoever stands in the way of the rest. */
  void grantPending(Rsb res) {
    Blocked blocked = grantConversions(res);
    for (Lkb lock : res.waiting) {
      if (grantable(res, lock, false)) {
        ls.master.grantQueued(lock);
      } else {
        blocked.add(lock.wanted);
      }
    }
    if (blocked.high != null) {
      for (Lkb holder : res.granted) {
        askToGiveWay(holder, blocked);
      }
    }
  }

  /** Goes over the waiting conversions until nothing changes. */
  Blocked grantConversions(Rsb res) {
    Blocked blocked;
    boolean again;
    do {
      again = false;
      blocked = new Blocked();
      for (Lkb lock : res.converting) {
        boolean wasDemoted = lock.demoted;
        Verdict verdict = decide(res, lock, false);
        if (verdict == Verdict.GRANT) {
          ls.master.grantQueued(lock);
          again = true;
          continue;
        }
        again |= !wasDemoted && lock.demoted;
        blocked.add(lock.wanted);
        if (verdict == Verdict.DEADLOCK && lock.has(Lkf.NODLCKWT)) {
          bast(lock, lock.wanted);
        }
      }
    } while (again);
    return blocked;
  }

  private void askToGiveWay(Lkb holder, Blocked blocked) {
    if (holder.mode() == LockMode.PR && blocked.cw) {
      if (holder.highBast != LockMode.EX) {
        sendBast(holder, blocked.high == LockMode.PR ? LockMode.CW : blocked.high, blocked.high);
      }
    } else if (!holder.mode().compatibleWith(blocked.high)) {
      bast(holder, blocked.high);
    }
  }

  /** Asks the holders in the way of a lock that has to wait. */
  void askGranted(Rsb res, Lkb lock) {
    ask(res.granted, lock);
  }

  /** Asks also those that are converting. */
  void askAll(Rsb res, Lkb lock) {
    ask(res.granted, lock);
    ask(res.converting, lock);
  }

  private void ask(LockQueue<Lkb> holders, Lkb lock) {
    for (Lkb holder : holders) {
      if (holder == lock || holder.mode().compatibleWith(lock.wanted)) {
        continue;
      }
      if (!Lkb.isMiddle(holder.mode(), lock.wanted)) {
        bast(holder, lock.wanted);
      } else if (holder.highBast != LockMode.EX) {
        sendBast(holder, lock.wanted, lock.wanted);
      }
    }
  }

  /** Asks once for each mode, weakest first; who was asked for more is not asked again. */
  private void bast(Lkb holder, LockMode mode) {
    if (holder.highBast == null || mode.strongerThan(holder.highBast)) {
      sendBast(holder, mode, mode);
    }
  }

  private void sendBast(Lkb holder, LockMode mode, LockMode high) {
    holder.highBast = high;
    ls.master.bast(holder, mode);
  }
}
