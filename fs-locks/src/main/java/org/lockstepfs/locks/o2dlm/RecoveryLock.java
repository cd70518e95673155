package org.lockstepfs.locks.o2dlm;

import java.util.PrimitiveIterator;
import java.util.function.Consumer;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.message.CreateLock;
import org.lockstepfs.locks.o2dlm.message.MasterRequery;
import org.lockstepfs.locks.o2dlm.message.UnlockLock;

/**
 * The lock on {@code $RECOVERY} for which those race who want to recover a dead node: EX, NOQUEUE,
 * without AST, and not held up by recovery. Who has it tells all others before giving it back.
 *
 * <p>Its resource is never recovered: if its master dies, everybody forgets it. Before it is
 * mastered anew, all others are asked whether one still takes a dead node for its master.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, dlm_pick_recovery_master; dlmmaster.c,
 * dlm_pre_master_reco_lockres.
 */
final class RecoveryLock {
  private static final int STALE_MASTER_MS = 500;
  private static final int RETRY_MS = 100;

  private final Domain domain;
  private DlmLockRes res;
  private DlmLock lock;

  RecoveryLock(Domain domain) {
    this.domain = domain;
  }

  /** Asks for the lock, and tells whether it was granted, or some other node has it. */
  void acquire(Consumer<Boolean> taker) {
    DlmLockRes known = domain.resources.get(ResName.RECOVERY);
    if (known != null && known.owner != DlmLockRes.UNKNOWN) {
      find(taker);
    } else {
      survey(domain.others().stream().iterator(), taker);
    }
  }

  private void survey(PrimitiveIterator.OfInt nodes, Consumer<Boolean> taker) {
    if (!nodes.hasNext()) {
      find(taker);
      return;
    }
    domain.send(
        nodes.nextInt(),
        new MasterRequery(domain.self, ResName.RECOVERY),
        master -> {
          if (domain.dead.contains(master)) {
            domain.timers.after(STALE_MASTER_MS, () -> acquire(taker));
          } else {
            survey(nodes, taker);
          }
        },
        error -> survey(nodes, taker));
  }

  private void find(Consumer<Boolean> taker) {
    domain.mastery.acquire(ResName.RECOVERY, 0, found -> ask(found, taker));
  }

  private void ask(DlmLockRes found, Consumer<Boolean> taker) {
    DlmLock wanted = new DlmLock(LockMode.EX, domain.self, domain.newCookie(), Lvb.empty(), null);
    if (found.isBusy()) {
      again(found, taker);
    } else if (found.owner == domain.self) {
      answered(found, wanted, domain.queues.create(found, wanted, DlmFlags.NOQUEUE), taker);
    } else {
      int flags = DlmFlags.NOQUEUE | DlmFlags.RECOVERY;
      domain.send(
          found.owner,
          new CreateLock(wanted.cookie, flags, domain.self, LockMode.EX, ResName.RECOVERY),
          status -> answered(found, wanted, DlmStatus.ofWire(status), taker),
          error -> again(found, taker));
    }
  }

  private void answered(
      DlmLockRes found, DlmLock wanted, DlmStatus status, Consumer<Boolean> taker) {
    switch (status) {
      case NORMAL -> {
        res = found;
        lock = wanted;
        taker.accept(true);
      }
      case NOTQUEUED -> {
        drop(found);
        taker.accept(false);
      }
      default -> again(found, taker);
    }
  }

  private void again(DlmLockRes found, Consumer<Boolean> taker) {
    drop(found);
    domain.timers.after(RETRY_MS, () -> acquire(taker));
  }

  private void drop(DlmLockRes found) {
    found.inflight--;
    if (domain.resources.get(ResName.RECOVERY) == found) {
      domain.purge.review(found);
    }
  }

  /** Gives the lock back, if it is held. */
  void release() {
    if (lock != null) {
      giveBack(res, lock);
      res = null;
      lock = null;
    }
  }

  private void giveBack(DlmLockRes held, DlmLock granted) {
    if (domain.resources.get(ResName.RECOVERY) != held || !knowsOwner(held)) {
      drop(held);
    } else if (held.owner == domain.self) {
      domain.queues.unlock(held, granted, null);
      drop(held);
    } else {
      Runnable again = () -> domain.timers.after(RETRY_MS, () -> giveBack(held, granted));
      domain.send(
          held.owner,
          new UnlockLock(granted.cookie, 0, domain.self, ResName.RECOVERY, null),
          status -> {
            if (DlmStatus.ofWire(status).isRetry()) {
              again.run();
            } else {
              drop(held);
            }
          },
          error -> again.run());
    }
  }

  private boolean knowsOwner(DlmLockRes held) {
    return held.owner == domain.self || domain.members.contains(held.owner);
  }
}
