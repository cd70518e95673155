package org.lockstepfs.locks.o2dlm;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.DlmLock.Stage;
import org.lockstepfs.locks.o2dlm.message.AssertMaster;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.MigratableLock;
import org.lockstepfs.locks.o2dlm.message.MigratableLock.QueueIndex;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * What survivors send to the recovery master, kept until the recovery ends and entered then, so
 * that a recovery that does not come to its end leaves no trace.
 *
 * <p>The order of waiting locks is lost with the dead master; only those that lower their mode go
 * first, because others rely on it already.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, dlm_process_recovery_data,
 * dlm_finish_local_lockres_recovery.
 */
final class RecoveredLocks {
  private static final class Lost {
    final List<MigLockres> messages = new ArrayList<>();

    /** Some node knows that the dead node mastered it. */
    boolean certain;

    /** Some node does not, and must be told who masters it now. */
    boolean doubted;

    /** All have said that they do not know who masters it, or one has said that it is alive. */
    boolean decided;

    boolean elsewhere;
  }

  private final Domain domain;
  private final int deadNode;
  private final Map<ResName, Lost> all = new LinkedHashMap<>();

  RecoveredLocks(Domain domain, int deadNode) {
    this.domain = domain;
    this.deadNode = deadNode;
  }

  boolean contains(ResName name) {
    return all.containsKey(name);
  }

  void add(MigLockres message) {
    Lost lost = all.computeIfAbsent(message.name(), k -> new Lost());
    lost.messages.add(message);
    lost.certain |= message.master() == deadNode;
    lost.doubted |= message.master() != deadNode;
  }

  /** Returns the names of which no node is certain, after this node's own knowledge is added. */
  List<ResName> undecided() {
    for (DlmLockRes res : domain.resources.values()) {
      if (res.has(ResState.RECOVERING) && res.owner == deadNode) {
        all.computeIfAbsent(res.name, k -> new Lost()).certain = true;
      } else if (res.suspects != null && res.suspects.contains(deadNode)) {
        all.computeIfAbsent(res.name, k -> new Lost());
      } else if (all.containsKey(res.name) && res.owner != DlmLockRes.UNKNOWN) {
        all.get(res.name).elsewhere = true;
      }
    }
    return all.entrySet().stream()
        .filter(e -> !e.getValue().certain && !e.getValue().decided)
        .map(Map.Entry::getKey)
        .toList();
  }

  void somebodyElseMasters(ResName name) {
    all.get(name).elsewhere = true;
  }

  /** All others have been asked. */
  void nobodyElseMasters(ResName name) {
    all.get(name).decided = true;
  }

  /** This node becomes the master of all that nobody else masters. */
  void enter() {
    all.forEach(
        (name, lost) -> {
          if (!lost.elsewhere) {
            enter(name, lost);
          } else {
            tellIfMaster(name);
          }
        });
    all.clear();
  }

  private void tellIfMaster(ResName name) {
    DlmLockRes res = domain.resources.get(name);
    if (res != null && res.owner == domain.self && !res.has(ResState.MIGRATING)) {
      domain.asserts.toAll(res, domain.others(), AssertMaster.REQUERY, () -> {});
    }
  }

  private void enter(ResName name, Lost lost) {
    DlmLockRes res = domain.resources.computeIfAbsent(name, DlmLockRes::new);
    res.keepLocksOf(domain.self);
    res.putLvb(domain.transfer.trustedLvb(res));
    settleOwnLocks(res);
    res.owner = domain.self;
    res.suspects = null;
    res.clear(ResState.RECOVERING);
    lost.messages.forEach(message -> enter(res, message));
    // Those who died since may have held it, too.
    domain.dead.stream().filter(node -> node != deadNode).forEach(res::awaitRecoveryOf);
    domain.mastery.inherited(res);
    if (lost.doubted) {
      domain.asserts.toAll(res, domain.others(), AssertMaster.REQUERY, () -> {});
    }
    domain.wake(res);
    domain.kick(res);
    domain.purge.review(res);
  }

  /** What the dead master may have known of this node's own locks is done; the rest is repeated. */
  private void settleOwnLocks(DlmLockRes res) {
    for (int i = 2; i >= 0; i--) {
      for (DlmLock lock : res.queue(i)) {
        if (lock.isLeaving()) {
          domain.unlocks.finish(lock);
        } else if (lock.isLowering()) {
          lock.convertTo(lock.wanted);
          lock.stage = Stage.QUEUED;
          lock.lvbUse = DlmLock.LvbUse.NONE;
          res.converting.moveToHead(lock);
        } else if (lock.stage == Stage.WAITING && i == 2) {
          LockQueue.detach(lock);
        } else if (lock.stage == Stage.WAITING && i == 1) {
          lock.convertTo(null);
          res.granted.moveToTail(lock);
        }
      }
    }
  }

  private void enter(DlmLockRes res, MigLockres message) {
    for (MigratableLock sent : message.locks()) {
      if (!domain.members.contains(sent.node())) {
        continue;
      }
      res.addRef(sent.node());
      if (!sent.isPlaceholder() && res.find(sent.node(), sent.cookie()) == null) {
        add(res, sent);
        boolean inForce = sent.list() != QueueIndex.BLOCKED && sent.mode() != LockMode.NL;
        if (inForce && !isLowering(sent) && !Lvb.isEmpty(message.lvb())) {
          res.putLvb(message.lvb());
        }
      }
    }
  }

  private static void add(DlmLockRes res, MigratableLock sent) {
    MigrationTarget.add(res, sent, res.queue(sent.list().ordinal()));
    if (isLowering(sent)) {
      res.converting.moveToHead(res.find(sent.node(), sent.cookie()));
    }
  }

  private static boolean isLowering(MigratableLock sent) {
    return sent.convertTo() != null && sent.mode().strongerThan(sent.convertTo());
  }
}
