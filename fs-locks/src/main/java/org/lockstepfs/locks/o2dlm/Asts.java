package org.lockstepfs.locks.o2dlm;

import java.util.ArrayDeque;
import java.util.Queue;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.message.ProxyAst;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * Callbacks: completions (AST) and requests to give way (BAST), to callers here and to other nodes.
 *
 * <p>All that one event causes are delivered at its end, completions first, so that a lock that is
 * granted and at once in somebody's way hears it in that order. The kernel delivers from a thread
 * and must withdraw a BAST that a down-conversion overtook; here nothing can come between.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmast.c; dlmthread.c, dlm_flush_asts.
 */
final class Asts {
  private final Domain domain;
  private final Queue<DlmLock> completions = new ArrayDeque<>();
  private final Queue<DlmLock> blockers = new ArrayDeque<>();

  Asts(Domain domain) {
    this.domain = domain;
  }

  /** Master: the lock's request has been granted. */
  void queueAst(DlmLock lock) {
    lock.res.reserved++;
    completions.add(lock);
  }

  /** Master: the lock stands in the way of {@code wanted}; the strongest such mode is told once. */
  void queueBast(DlmLock lock, LockMode wanted) {
    if (lock.highestBlocked == null) {
      lock.res.reserved++;
      blockers.add(lock);
      lock.highestBlocked = wanted;
    } else if (wanted.strongerThan(lock.highestBlocked)) {
      lock.highestBlocked = wanted;
    }
  }

  void flush() {
    DlmLock lock;
    while ((lock = completions.poll()) != null) {
      if (lock.node == domain.self) {
        if (lock.lvbUse == DlmLock.LvbUse.GET) {
          Lvb.copy(lock.res.lvb(), lock.lvb);
        }
        domain.release(lock.res);
        granted(lock);
      } else {
        sendCompletion(lock);
      }
    }
    while ((lock = blockers.poll()) != null) {
      LockMode wanted = lock.highestBlocked;
      lock.highestBlocked = null;
      if (lock.node == domain.self) {
        domain.release(lock.res);
        domain.emit(new Effect.Bast(lock, wanted));
      } else {
        sendProxy(lock, 0, true, wanted, null);
      }
    }
  }

  private void granted(DlmLock lock) {
    lock.knowsLvb = knowsLvb(lock);
    lock.lvbUse = DlmLock.LvbUse.NONE;
    lock.outcomeUnknown = false;
    boolean unanswered = lock.stage == DlmLock.Stage.WAITING;
    if (lock.creating && unanswered) {
      // The grant answers a request whose status was lost; nobody else will end it.
      lock.creating = false;
      lock.res.inflight--;
    }
    lock.stage = DlmLock.Stage.IDLE;
    domain.emit(new Effect.Ast(lock, DlmStatus.NORMAL));
    if (unanswered) {
      domain.unlocks.resumeCancel(lock);
    }
  }

  private static boolean knowsLvb(DlmLock lock) {
    return switch (lock.lvbUse) {
      case GET, PUT -> lock.mode() != LockMode.NL;
      case NONE -> lock.knowsLvb && !lock.wanted.strongerThan(lock.mode());
    };
  }

  private void sendCompletion(DlmLock lock) {
    byte[] value = null;
    int flags = 0;
    if (lock.lvbUse == DlmLock.LvbUse.GET) {
      flags = DlmFlags.GET_LVB;
      value = Lvb.empty();
      Lvb.copy(lock.res.lvb(), value);
    }
    lock.lvbUse = DlmLock.LvbUse.NONE;
    lock.lvb = null;
    sendProxy(lock, flags, false, LockMode.NL, value);
  }

  private void sendProxy(DlmLock lock, int flags, boolean bast, LockMode blocked, byte[] value) {
    DlmLockRes res = lock.res;
    ProxyAst message =
        new ProxyAst(lock.cookie, flags, domain.self, bast, blocked, res.name, value);
    int completions = bast ? 0 : 1;
    lock.astsOnWire += completions;
    domain.send(
        lock.node,
        message,
        status -> {
          lock.astsOnWire -= completions;
          domain.release(res);
          boolean denied =
              status == DlmStatus.RECOVERING.wire() || status == DlmStatus.MIGRATING.wire();
          // After a death the holder may wait for recovery, which then settles this lock.
          if (denied && domain.dead.isEmpty()) {
            domain.fault("node " + lock.node + " denies that this node masters " + res.name);
          }
        },
        error -> {
          lock.astsOnWire -= completions;
          domain.release(res);
        });
  }

  /** Handles PROXY_AST. */
  DlmStatus onProxyAst(int from, ProxyAst message) {
    if (!domain.isFullyJoined()) {
      return DlmStatus.REJECTED;
    }
    DlmLockRes res = domain.lookup(message.name());
    if (res == null || res.owner == domain.self) {
      return DlmStatus.IVLOCKID;
    }
    if (res.suspects != null) {
      domain.deaths.claimed(res, from);
    }
    if (res.has(ResState.RECOVERING)) {
      return DlmStatus.RECOVERING;
    }
    if (res.has(ResState.MIGRATING)) {
      return DlmStatus.MIGRATING;
    }
    DlmLock lock = DlmLockRes.findOn(res.converting, domain.self, message.cookie());
    if (lock == null) {
      LockQueue<DlmLock> queue = message.blocking() ? res.granted : res.blocked;
      lock = DlmLockRes.findOn(queue, domain.self, message.cookie());
    }
    // A lock that is being unlocked has nothing to give way with.
    if (lock == null || lock.pending == DlmLock.Pending.UNLOCK) {
      return DlmStatus.NORMAL;
    }
    if (message.blocking()) {
      domain.emit(new Effect.Bast(lock, message.blocked()));
    } else {
      complete(res, lock, message);
    }
    return DlmStatus.NORMAL;
  }

  private void complete(DlmLockRes res, DlmLock lock, ProxyAst message) {
    res.granted.moveToTail(lock);
    if (lock.convertTo() != null) {
      lock.mode(lock.convertTo());
      lock.convertTo(null);
    }
    if (message.lvb() != null && lock.lvbUse == DlmLock.LvbUse.GET) {
      Lvb.copy(message.lvb(), lock.lvb);
    }
    granted(lock);
  }
}
