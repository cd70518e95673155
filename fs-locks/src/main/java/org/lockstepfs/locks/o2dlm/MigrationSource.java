package org.lockstepfs.locks.o2dlm;

import java.util.List;
import org.lockstepfs.locks.o2dlm.message.MigLockres;

/**
 * Moving a resource away, on its old master: no new callbacks, wait until those on the wire are
 * answered, mark MIGRATING (peers are told to come again), send all locks to the target. The target
 * announces itself to all others and asserts itself here first; until then this node is the master,
 * and stays it if the target dies.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmmaster.c, dlm_migrate_lockres, dlm_mark_lockres_migrating,
 * dlm_pick_migration_target; dlmrecovery.c, dlm_send_one_lockres.
 */
final class MigrationSource {
  private static final int LINK_RETRY_MS = 100;

  private final Domain domain;
  private int active;

  MigrationSource(Domain domain) {
    this.domain = domain;
  }

  /** Returns the number of resources on the move. */
  int active() {
    return active;
  }

  /**
   * Starts to move the resource if others use it, none of its locks is ours, and somebody stays.
   */
  boolean start(DlmLockRes res) {
    boolean settled = res.owner == domain.self && !res.isBusy() && !res.migrationPending;
    boolean movable = domain.dead.isEmpty() && !res.name.equals(ResName.RECOVERY);
    if (!settled || !movable) {
      return false;
    }
    int target = pickTarget(res);
    if (target == NodeMap.MAX_NODES) {
      return false;
    }
    Mle mle = new Mle(res.name, Mle.Type.MIGRATION, domain.members, domain.self);
    mle.master = domain.self;
    mle.newMaster = target;
    mle.maybe.add(target);
    domain.mles.put(res.name, mle);
    active++;
    res.migrationPending = true;
    if (res.reserved == 0) {
      proceed(res);
    }
    return true;
  }

  /** The node of the first lock, else the lowest that refers to it, of those that do not leave. */
  private int pickTarget(DlmLockRes res) {
    int target = NodeMap.MAX_NODES;
    for (int i = 0; i < 3; i++) {
      for (DlmLock lock : res.queue(i)) {
        if (lock.node == domain.self) {
          return NodeMap.MAX_NODES;
        }
        if (target == NodeMap.MAX_NODES && stays(lock.node)) {
          target = lock.node;
        }
      }
    }
    return target != NodeMap.MAX_NODES
        ? target
        : res.refs().stream().filter(this::stays).findFirst().orElse(NodeMap.MAX_NODES);
  }

  private boolean stays(int node) {
    return node != domain.self && domain.members.contains(node) && !domain.exiting.contains(node);
  }

  /** The last callback has been answered. */
  void proceed(DlmLockRes res) {
    Mle mle = domain.mles.get(res.name);
    res.migrationPending = false;
    res.set(ResState.MIGRATING);
    send(res, mle, domain.transfer.ofMaster(res), 0);
  }

  private void send(DlmLockRes res, Mle mle, List<MigLockres> messages, int index) {
    if (index == messages.size()) {
      return;
    }
    domain.send(
        mle.newMaster,
        messages.get(index),
        status -> {
          if (status < 0) {
            abort(res, mle);
          } else {
            send(res, mle, messages, index + 1);
          }
        },
        error -> {
          if (domain.members.contains(mle.newMaster)) {
            domain.timers.after(LINK_RETRY_MS, () -> resend(res, mle, messages, index));
          } else {
            abort(res, mle);
          }
        });
  }

  private void resend(DlmLockRes res, Mle mle, List<MigLockres> messages, int index) {
    if (domain.mles.get(res.name) == mle) {
      send(res, mle, messages, index);
    }
  }

  /** The resource waits for a recovery; if its move has not begun, it does not begin. */
  void putOff(DlmLockRes res) {
    if (res.migrationPending) {
      abort(res, domain.mles.get(res.name));
    }
  }

  /** The target refused or died: this node stays the master, and whoever waits goes on. */
  void abort(DlmLockRes res, Mle mle) {
    if (domain.mles.remove(res.name, mle)) {
      active--;
      res.migrationPending = false;
      res.clear(ResState.MIGRATING);
      domain.wake(res);
      domain.kick(res);
    }
  }

  /** The target asserted itself here; on the old master that ends the move. */
  void handedOver(DlmLockRes res, Mle mle) {
    if (mle.master != domain.self) {
      return;
    }
    active--;
    res.keepLocksOf(domain.self);
    res.putLvb(null);
  }
}
