package org.lockstepfs.locks.o2dlm;

import java.util.List;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * A member's death, as far as this node can deal with it alone: what it held on resources mastered
 * here is freed, and a value block that it could have been changing is no longer trusted. Resources
 * that it mastered are marked RECOVERING; their operations wait for recovery, or until this node is
 * the last member.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, dlm_do_local_recovery_cleanup, dlm_revalidate_lvb,
 * dlm_free_dead_locks; dlmmaster.c, dlm_clean_master_list.
 */
final class NodeDeath {
  private final Domain domain;

  NodeDeath(Domain domain) {
    this.domain = domain;
  }

  void onDown(int node) {
    domain.live.remove(node);
    if (domain.joiningNode == node) {
      domain.joiningNode = Domain.NOBODY;
    }
    domain.replies.failAllFrom(node);
    if (!domain.members.contains(node)) {
      return;
    }
    domain.members.remove(node);
    domain.exiting.remove(node);
    domain.dead.add(node);
    domain.membersChanged();
    endMigrations(node);
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (res.owner == node && res.has(ResState.DROPPING_REF)) {
        domain.purge.forget(res);
      } else if (res.owner == node && !isTakenOver(res)) {
        lost(res);
      }
    }
    forgetHolder(node);
    domain.mastery.memberChanged(node, false);
    inheritIfAlone();
  }

  /**
   * The last member masters all: no other node holds or waits for anything, so what this node knows
   * of a lost resource is all that there is to recover.
   */
  void inheritIfAlone() {
    boolean alone = domain.members.size() == 1 && domain.members.contains(domain.self);
    if (domain.dead.isEmpty() || !alone) {
      return;
    }
    domain.dead.clear();
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (res.has(ResState.RECOVERING)) {
        res.owner = domain.self;
        res.clear(ResState.RECOVERING);
        res.keepLocksOf(domain.self);
        inheritLvb(res);
        domain.wake(res);
        domain.kick(res);
        domain.purge.review(res);
      }
    }
  }

  /**
   * A reader's or writer's copy of the value block is good. One that was being given up is not: the
   * dead master may have heard of it, and somebody else may have written since. Then the value is
   * not written either when the operation is repeated here. (The kernel trusts it.)
   */
  private static void inheritLvb(DlmLockRes res) {
    res.putLvb(null);
    for (int i = 0; i < 2; i++) {
      for (DlmLock lock : res.queue(i)) {
        if (lock.isGivingUp()) {
          lock.flags &= ~DlmFlags.VALBLK;
        } else if (lock.mode() != LockMode.NL) {
          res.putLvb(lock.lvb);
        }
      }
    }
  }

  /** The old master died after the new one had everything: the new one will assert itself. */
  private boolean isTakenOver(DlmLockRes res) {
    Mle mle = domain.mles.get(res.name);
    return mle != null && mle.type == Mle.Type.MIGRATION && domain.members.contains(mle.newMaster);
  }

  /** Moves to the dead node are undone: the old master stays. */
  private void endMigrations(int node) {
    for (Mle mle : List.copyOf(domain.mles.values())) {
      if (mle.type != Mle.Type.MIGRATION || mle.newMaster != node) {
        continue;
      }
      DlmLockRes res = domain.lookup(mle.name);
      if (mle.master == domain.self && res != null) {
        domain.migration.abort(res, mle);
        continue;
      }
      domain.mles.remove(mle.name, mle);
      mle.waiters().forEach(domain::soon);
      if (res != null) {
        // The old master hears of the new one last, so it has not let go.
        res.clear(ResState.MIGRATING);
        res.owner = mle.master;
        domain.wake(res);
      }
    }
  }

  private void lost(DlmLockRes res) {
    res.set(ResState.RECOVERING);
    domain.purge.review(res);
    domain.wake(res);
  }

  /** Frees what a node that is gone held or referred to, on all resources mastered here. */
  void forgetHolder(int node) {
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (res.owner == domain.self) {
        free(res, node);
      }
    }
  }

  private void free(DlmLockRes res, int node) {
    boolean wasWriting = false;
    for (int i = 0; i < 3; i++) {
      for (DlmLock lock : res.queue(i)) {
        if (lock.node == node) {
          wasWriting |= i < 2 && lock.mode() == LockMode.EX;
          LockQueue.detach(lock);
        }
      }
    }
    if (wasWriting) {
      res.putLvb(null);
    }
    res.dropRef(node);
    domain.kick(res);
    domain.purge.review(res);
  }
}
