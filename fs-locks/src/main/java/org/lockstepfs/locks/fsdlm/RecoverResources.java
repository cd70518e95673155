package org.lockstepfs.locks.fsdlm;

import java.util.List;
import java.util.Set;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * What a recovery does to the resources that this node masters: locks of nodes that have gone go,
 * unknown modes and the value block are settled, and what can be granted then is.
 *
 * <p>Source: Linux fs/dlm/lock.c, dlm_recover_purge, dlm_recover_grant; recover.c,
 * recover_conversion, recover_lvb.
 */
final class RecoverResources {
  private final Lockspace ls;

  RecoverResources(Lockspace ls) {
    this.ls = ls;
  }

  /**
   * Marks what has lost its master or its holder. Copies that a recovery brought to a node which
   * has not become the master are dropped: their holders send them to whoever will be.
   */
  void markGone(Set<Integer> gone) {
    for (Rsb res : ls.resources.values()) {
      res.masterGone |= gone.contains(res.master);
    }
    for (Lkb lock : List.copyOf(ls.copies.values())) {
      if (lock.res.master != ls.self) {
        ls.discard(lock);
      } else {
        lock.ownerGone |= gone.contains(lock.node);
      }
    }
  }

  void purge() {
    for (Lkb lock : List.copyOf(ls.copies.values())) {
      if (lock.ownerGone) {
        Rsb res = lock.res;
        res.lvbLost |= lock.isHeld() && lock.mode().ordinal() >= LockMode.PW.ordinal();
        res.recoverGrant = true;
        ls.discard(lock);
      }
    }
  }

  void finish() {
    for (Rsb res : ls.resources.values()) {
      if (res.master == ls.self) {
        if (res.remastering) {
          settleConversions(res);
          recoverLvb(res);
          res.recoverGrant |= !(res.converting.isEmpty() && res.waiting.isEmpty());
        } else {
          res.valNotValid |= res.lvbLost;
        }
      }
      res.remastering = false;
      res.lvbLost = false;
    }
  }

  /**
   * A lock that went between PR and CW holds either; nobody can hold the other beside it. So all
   * such locks hold the same: what some lock is known to hold, or else what the first of them
   * wants.
   */
  private static void settleConversions(Rsb res) {
    LockMode held = knownMiddleMode(res);
    for (Lkb lock : res.converting) {
      if (isUnknown(lock)) {
        held = held == null ? lock.convertTo() : held;
        lock.settled = lock.convertTo() == held;
      }
    }
  }

  private static boolean isUnknown(Lkb lock) {
    return lock.convertTo() != null && Lkb.isMiddle(lock.mode(), lock.convertTo());
  }

  private static LockMode knownMiddleMode(Rsb res) {
    for (LockQueue<Lkb> queue : List.of(res.granted, res.converting)) {
      for (Lkb lock : queue) {
        if (!isUnknown(lock) && (lock.mode() == LockMode.PR || lock.mode() == LockMode.CW)) {
          return lock.mode();
        }
      }
    }
    return null;
  }

  /**
   * The value block of a lock that kept writers out is the resource's. Without one, a writer may
   * have gone unseen: the newest copy is taken, and marked as not to be trusted.
   */
  private static void recoverLvb(Rsb res) {
    Lkb best = null;
    boolean valid = false;
    for (LockQueue<Lkb> queue : List.of(res.granted, res.converting)) {
      for (Lkb lock : queue) {
        boolean keepsWritersOut = lock.lvbValid && lock.mode().strongerThan(LockMode.CR);
        boolean newer = best == null || lock.lvbSeq - best.lvbSeq >= 0;
        if (lock.lvb != null && (keepsWritersOut || (!valid && newer))) {
          best = lock;
          valid |= keepsWritersOut;
        }
      }
    }
    res.lvb = best == null ? null : best.lvb;
    res.lvbSeq = best == null ? 0 : best.lvbSeq;
    res.valNotValid = !valid;
  }

  /** Tells the holders of settled conversions that they have what they want. */
  void completeSettled() {
    for (Rsb res : ls.resources.values()) {
      for (Lkb lock : res.converting) {
        if (lock.settled) {
          lock.settled = false;
          ls.master.grantQueued(lock);
        }
      }
    }
  }

  void grant() {
    for (Rsb res : List.copyOf(ls.resources.values())) {
      if (res.recoverGrant && res.master == ls.self) {
        ls.granting.grantPending(res);
      }
      res.recoverGrant = false;
    }
  }
}
