package org.lockstepfs.locks.o2dlm;

import java.util.List;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * A member's death, as far as this node can deal with it alone: what it held on resources mastered
 * here is freed, and a value block that it could have been changing is no longer trusted. Resources
 * that it mastered are marked RECOVERING; their operations wait for recovery.
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
    domain.membersChanged();
    endMigrations(node);
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (res.owner == node) {
        lost(res);
      } else if (res.owner == domain.self) {
        free(res, node);
      }
    }
    domain.mastery.memberChanged(node, false);
  }

  /** Moves from or to the dead node end: on the old master undone, elsewhere with owner unknown. */
  private void endMigrations(int node) {
    for (Mle mle : List.copyOf(domain.mles.values())) {
      boolean concerned = mle.master == node || mle.newMaster == node;
      if (mle.type != Mle.Type.MIGRATION || !concerned) {
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
        res.clear(ResState.MIGRATING);
        res.owner = node;
      }
    }
  }

  private void lost(DlmLockRes res) {
    if (res.has(ResState.DROPPING_REF)) {
      domain.purge.forget(res);
      return;
    }
    res.set(ResState.RECOVERING);
    domain.purge.review(res);
    domain.wake(res);
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
