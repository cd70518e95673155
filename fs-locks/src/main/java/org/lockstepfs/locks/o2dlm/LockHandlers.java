package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.message.ConvertLock;
import org.lockstepfs.locks.o2dlm.message.CreateLock;
import org.lockstepfs.locks.o2dlm.message.UnlockLock;

/**
 * What other nodes ask of this node as the master of a resource.
 *
 * <p>A request that arrives after the resource moved away is answered FORWARD, and its sender looks
 * for the new master. (The kernel answers so to unlocks only; a lock or conversion that meets this
 * rare moment fails there.) A request that is already known is a repetition: its status was lost
 * with a link, or with the master from which this node has the resource.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmlock.c, dlmconvert.c, dlmunlock.c, the handlers.
 */
final class LockHandlers {
  private final Domain domain;

  LockHandlers(Domain domain) {
    this.domain = domain;
  }

  /** Handles CREATE_LOCK. */
  DlmStatus onCreate(int from, CreateLock message) {
    if (!domain.isFullyJoined()) {
      return notHere();
    }
    DlmLockRes res = domain.lookup(message.name());
    DlmStatus status = readiness(res);
    if (status != DlmStatus.NORMAL) {
      return status;
    }
    DlmLock known = res.find(from, message.cookie());
    if (known != null) {
      if (known.isOn(res.granted) && known.astsOnWire == 0) {
        domain.asts.queueAst(known);
      }
      return DlmStatus.NORMAL;
    }
    DlmLock lock = new DlmLock(message.mode(), from, message.cookie(), null, null);
    if ((message.flags() & DlmFlags.GET_LVB) != 0) {
      lock.lvbUse = DlmLock.LvbUse.GET;
    }
    status = domain.queues.create(res, lock, message.flags());
    domain.purge.review(res);
    return status;
  }

  /** Handles CONVERT_LOCK. */
  DlmStatus onConvert(int from, ConvertLock message) {
    if (!domain.isFullyJoined()) {
      return notHere();
    }
    DlmLockRes res = domain.lookup(message.name());
    DlmStatus status = readiness(res);
    if (status != DlmStatus.NORMAL) {
      return status;
    }
    DlmLock lock = res.find(from, message.cookie());
    if (lock != null && isRepetition(res, lock, message.mode())) {
      return DlmStatus.NORMAL;
    }
    if (lock == null || !lock.isOn(res.granted)) {
      return DlmStatus.IVLOCKID;
    }
    lock.lvb = message.lvb();
    int flags = message.flags();
    if (message.lvb() == null && lock.mode() == LockMode.EX) {
      flags &= ~DlmFlags.VALBLK;
    }
    status = domain.queues.convert(res, lock, message.mode(), flags);
    domain.purge.review(res);
    return status;
  }

  /** It waits already, or its AST is on the way; another AST would be taken for that of a later. */
  private static boolean isRepetition(DlmLockRes res, DlmLock lock, LockMode mode) {
    return lock.isOn(res.converting)
        ? lock.convertTo() == mode
        : lock.mode() == mode && lock.astsOnWire > 0;
  }

  /** Handles UNLOCK_LOCK, cancels included. */
  DlmStatus onUnlock(int from, UnlockLock message) {
    if (!domain.isFullyJoined()) {
      return notHere();
    }
    DlmLockRes res = domain.lookup(message.name());
    DlmStatus status = readiness(res);
    if (status != DlmStatus.NORMAL) {
      return status;
    }
    DlmLock lock = res.find(from, message.cookie());
    if (lock == null) {
      return DlmStatus.IVLOCKID;
    }
    if ((message.flags() & DlmFlags.CANCEL) != 0) {
      status = domain.queues.cancel(res, lock);
    } else {
      boolean writes = lock.mode() == LockMode.EX;
      status = domain.queues.unlock(res, lock, writes ? message.lvb() : null);
    }
    domain.purge.review(res);
    return status;
  }

  /** A node that has moved everything away sends late requests to where it went. */
  private DlmStatus notHere() {
    return domain.state == DomainState.NEW ? DlmStatus.REJECTED : DlmStatus.FORWARD;
  }

  private DlmStatus readiness(DlmLockRes res) {
    if (res == null) {
      return DlmStatus.FORWARD;
    }
    DlmStatus status = res.handlerStatus();
    return status == DlmStatus.NORMAL && res.owner != domain.self ? DlmStatus.FORWARD : status;
  }
}
