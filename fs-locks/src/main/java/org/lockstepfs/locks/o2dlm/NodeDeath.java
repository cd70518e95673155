package org.lockstepfs.locks.o2dlm;

import java.util.List;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * A member's death on this node, before recovery: the file system hears of it first; what the dead
 * node held on resources mastered here is freed, but nothing of it granted before all know of the
 * death; a value block that it could have been changing is not trusted; what it mastered waits.
 *
 * <p>A death that cuts a migration short leaves those who were told of it in doubt who the master
 * is. They note both as suspects, and wait until one claims the resource or its recovery takes it.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, __dlm_hb_node_down, dlm_do_local_recovery_cleanup,
 * dlm_revalidate_lvb, dlm_free_dead_locks; dlmmaster.c, dlm_clean_master_list.
 */
final class NodeDeath {
  private final Domain domain;

  NodeDeath(Domain domain) {
    this.domain = domain;
  }

  /** The heartbeat of a node ended. */
  void onDown(int node) {
    domain.live.remove(node);
    if (domain.members.contains(node)) {
      bury(node);
    } else {
      if (domain.joiningNode == node) {
        domain.joiningNode = Domain.NOBODY;
      }
      domain.joinDisturbed = true;
      domain.replies.failAllFrom(node);
    }
  }

  /** Another member recovers the node; if this one thought it alive, or never knew it, no more. */
  void declareDead(int node) {
    if (domain.dead.contains(node)) {
      return;
    }
    if (domain.members.contains(node)) {
      onDown(node);
      return;
    }
    if (domain.joiningNode == node) {
      domain.joiningNode = Domain.NOBODY;
    }
    domain.dead.add(node);
  }

  private void bury(int node) {
    domain.members.remove(node);
    domain.exiting.remove(node);
    if (!domain.isFullyJoined()) {
      domain.joinDisturbed = true;
      domain.replies.failAllFrom(node);
      return;
    }
    domain.emit(new Effect.Evicted(node));
    domain.dead.add(node);
    if (domain.joiningNode == node) {
      domain.joiningNode = Domain.NOBODY;
    }
    domain.joinSpoiled = true;
    domain.membersChanged();
    domain.replies.failAllFrom(node);
    endMigrations(node);
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (res.owner == node) {
        lose(res);
      } else if (res.owner == domain.self) {
        free(res, node, true);
      }
    }
    domain.mastery.memberChanged(node, false);
    domain.recovery.memberDied(node);
  }

  /**
   * Ends the moves from or to the dead node. To it: the old master stays. Others cannot know how
   * far it had come.
   */
  private void endMigrations(int node) {
    domain.immigration.giveUpFrom(node);
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
        doubt(res, NodeMap.of(mle.master, mle.newMaster));
      }
    }
  }

  private void doubt(DlmLockRes res, NodeMap suspects) {
    res.owner = DlmLockRes.UNKNOWN;
    res.suspects = suspects;
    markRecovering(res);
  }

  /** The master is dead. */
  private void lose(DlmLockRes res) {
    if (res.name.equals(ResName.RECOVERY) || res.has(ResState.DROPPING_REF)) {
      domain.purge.forget(res);
    } else {
      markRecovering(res);
    }
  }

  private void markRecovering(DlmLockRes res) {
    res.clear(ResState.MIGRATING);
    res.set(ResState.RECOVERING);
    domain.purge.review(res);
    domain.wake(res);
  }

  /** A living node masters the resource of which this node was in doubt. */
  void claimed(DlmLockRes res, int master) {
    res.owner = master;
    res.suspects = null;
    res.clear(ResState.RECOVERING);
    domain.wake(res);
    domain.purge.review(res);
  }

  /** A member left: it holds nothing any more, and nobody may refer to it. */
  void onLeft(int node) {
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (res.owner == domain.self) {
        free(res, node, false);
      } else if (res.owner == node && res.name.equals(ResName.RECOVERY)) {
        domain.purge.forget(res);
      }
    }
  }

  private void free(DlmLockRes res, int node, boolean died) {
    boolean held = false;
    boolean wasWriting = false;
    for (int i = 0; i < 3; i++) {
      for (DlmLock lock : res.queue(i)) {
        if (lock.node == node) {
          held = true;
          wasWriting |= i < 2 && lock.mode() == LockMode.EX;
          LockQueue.detach(lock);
        }
      }
    }
    if (wasWriting) {
      res.putLvb(null);
    }
    res.dropRef(node);
    if (held && died && !res.name.equals(ResName.RECOVERY)) {
      res.awaitRecoveryOf(node);
      domain.migration.putOff(res);
    }
    domain.kick(res);
    domain.purge.review(res);
  }
}
