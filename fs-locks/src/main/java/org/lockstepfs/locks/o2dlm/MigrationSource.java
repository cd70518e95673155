package org.lockstepfs.locks.o2dlm;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.MigratableLock;
import org.lockstepfs.locks.o2dlm.message.MigratableLock.QueueIndex;

/**
 * Moving a resource away, on its old master: no new callbacks, wait until those on the wire are
 * answered, mark MIGRATING (peers are told to come again), send all locks to the target. The target
 * announces itself to all others and last of all to this node; until then this node is the master.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmmaster.c, dlm_migrate_lockres, dlm_mark_lockres_migrating,
 * dlm_pick_migration_target; dlmrecovery.c, dlm_send_one_lockres.
 */
final class MigrationSource {
  private final Domain domain;
  private int active;
  private long migrations;

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
    if (res.owner != domain.self || res.isBusy() || res.migrationPending) {
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
    send(res, mle, messages(res), 0);
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
        error -> abort(res, mle));
  }

  private List<MigLockres> messages(DlmLockRes res) {
    List<MigratableLock> all = new ArrayList<>();
    for (QueueIndex queue : QueueIndex.values()) {
      for (DlmLock lock : res.queue(queue.ordinal())) {
        int flags = lock.lvbUse == DlmLock.LvbUse.GET ? MigratableLock.GET_LVB : 0;
        all.add(
            new MigratableLock(
                lock.cookie, queue, flags, lock.mode(), lock.convertTo(), null, lock.node));
      }
    }
    int total = all.size();
    if (all.isEmpty()) {
      all.add(MigratableLock.placeholder(domain.self));
    }
    long cookie = total > MigLockres.MAX_LOCKS ? (long) domain.self << 56 | ++migrations : 0;
    byte[] lvb = Lvb.empty();
    Lvb.copy(res.lvb(), lvb);
    List<MigLockres> messages = new ArrayList<>();
    for (int from = 0; from < all.size(); from += MigLockres.MAX_LOCKS) {
      int to = Math.min(all.size(), from + MigLockres.MAX_LOCKS);
      int flags = MigLockres.MIGRATION | (to == all.size() ? MigLockres.ALL_DONE : 0);
      messages.add(
          new MigLockres(domain.self, flags, total, cookie, res.name, lvb, all.subList(from, to)));
    }
    return messages;
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
