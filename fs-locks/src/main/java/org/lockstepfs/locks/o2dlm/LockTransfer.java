package org.lockstepfs.locks.o2dlm;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.MigratableLock;
import org.lockstepfs.locks.o2dlm.message.MigratableLock.QueueIndex;

/**
 * A resource's locks as messages to its next master: all of them when it moves, this node's own
 * when its master died.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, dlm_send_one_lockres, dlm_add_lock_to_array,
 * dlm_prepare_lvb_for_migration.
 */
final class LockTransfer {
  private final Domain domain;
  private long transfers;

  LockTransfer(Domain domain) {
    this.domain = domain;
  }

  /** Everything that the master knows, for a migration. */
  List<MigLockres> ofMaster(DlmLockRes res) {
    List<MigratableLock> all = new ArrayList<>();
    for (QueueIndex queue : QueueIndex.values()) {
      for (DlmLock lock : res.queue(queue.ordinal())) {
        all.add(entry(lock, queue, lock.convertTo()));
      }
    }
    return messages(res, MigLockres.MIGRATION, domain.self, all, res.lvb());
  }

  /**
   * This node's own locks, for a recovery.
   *
   * <p>What the dead master may have known and nobody here relies on any more is left out: a lock
   * whose unlock had no status is gone, one that is being lowered counts as lowered. A request for
   * more that had no status will be repeated.
   */
  List<MigLockres> ofHolder(DlmLockRes res) {
    List<MigratableLock> all = new ArrayList<>();
    for (QueueIndex queue : QueueIndex.values()) {
      for (DlmLock lock : res.queue(queue.ordinal())) {
        boolean repeated = lock.stage == DlmLock.Stage.WAITING;
        if (lock.isLowering()) {
          all.add(entry(lock, QueueIndex.CONVERTING, lock.wanted));
        } else if (queue == QueueIndex.CONVERTING && repeated) {
          all.add(entry(lock, QueueIndex.GRANTED, null));
        } else if (!lock.isLeaving() && !(queue == QueueIndex.BLOCKED && repeated)) {
          all.add(entry(lock, queue, lock.convertTo()));
        }
      }
    }
    return messages(res, MigLockres.RECOVERY, res.owner, all, trustedLvb(res));
  }

  /**
   * Returns the value block that this node's own locks vouch for, null if none does. A reader's or
   * writer's copy is good; one that is being given up is not, for the dead master may have heard of
   * it, and somebody else may have written since. (The kernel trusts it.)
   */
  byte[] trustedLvb(DlmLockRes res) {
    for (int i = 0; i < 2; i++) {
      for (DlmLock lock : res.queue(i)) {
        boolean inForce = lock.mode() != LockMode.NL && !lock.isLowering() && !lock.isLeaving();
        if (lock.node == domain.self && inForce && lock.knowsLvb && !Lvb.isEmpty(lock.lvb)) {
          return lock.lvb;
        }
      }
    }
    return null;
  }

  private static MigratableLock entry(DlmLock lock, QueueIndex queue, LockMode convertTo) {
    int flags = lock.lvbUse == DlmLock.LvbUse.GET ? MigratableLock.GET_LVB : 0;
    return new MigratableLock(lock.cookie, queue, flags, lock.mode(), convertTo, null, lock.node);
  }

  private List<MigLockres> messages(
      DlmLockRes res, int kind, int master, List<MigratableLock> all, byte[] value) {
    int total = all.size();
    if (all.isEmpty()) {
      all.add(MigratableLock.placeholder(domain.self));
    }
    long cookie = total > MigLockres.MAX_LOCKS ? (long) domain.self << 56 | ++transfers : 0;
    byte[] lvb = Lvb.empty();
    Lvb.copy(value, lvb);
    List<MigLockres> messages = new ArrayList<>();
    for (int from = 0; from < all.size(); from += MigLockres.MAX_LOCKS) {
      int to = Math.min(all.size(), from + MigLockres.MAX_LOCKS);
      int flags = kind | (to == all.size() ? MigLockres.ALL_DONE : 0);
      messages.add(
          new MigLockres(master, flags, total, cookie, res.name, lvb, all.subList(from, to)));
    }
    return messages;
  }
}
