package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.message.AssertMaster;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.MigratableLock;
import org.lockstepfs.locks.o2dlm.message.MigratableLock.QueueIndex;
import org.lockstepfs.locks.o2dlm.message.MigrateRequest;

/**
 * Moving a resource, on its new master and on everybody else.
 *
 * <p>The new master enters the locks it was sent; tells all others but the old master that the
 * resource moves (they mark it MIGRATING); asserts itself to them, and last to the old master. Only
 * then does it grant.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, dlm_mig_lockres_handler, dlm_process_recovery_data;
 * dlmmaster.c, dlm_finish_migration, dlm_migrate_request_handler, dlm_add_migration_mle.
 */
final class MigrationTarget {
  private static final int EINVAL = -22;
  private static final int EFAULT = -14;

  private final Domain domain;

  MigrationTarget(Domain domain) {
    this.domain = domain;
  }

  /** Handles MIG_LOCKRES of a migration: 0, or negative to refuse. */
  int onMigLockres(int from, MigLockres message) {
    boolean migration = (message.flags() & MigLockres.MIGRATION) != 0;
    if (domain.state != DomainState.JOINED || !migration || message.master() != from) {
      return EINVAL;
    }
    DlmLockRes res = domain.resources.get(message.name());
    if (res == null) {
      res = new DlmLockRes(message.name());
      domain.resources.put(message.name(), res);
    } else if (res.isRecovering()) {
      return EFAULT;
    } else if (res.has(ResState.DROPPING_REF) || !knows(res, from)) {
      return EINVAL;
    }
    if (!res.has(ResState.MIGRATING)) {
      res.set(ResState.MIGRATING);
      res.inflight++;
      domain.purge.review(res);
    }
    res.owner = domain.self;
    enter(res, message);
    if ((message.flags() & MigLockres.ALL_DONE) != 0) {
      announce(res, from);
    }
    return 0;
  }

  /** The sender is this node's master of the resource, or has begun to move it here. */
  private boolean knows(DlmLockRes res, int from) {
    return res.owner == from || (res.owner == domain.self && res.has(ResState.MIGRATING));
  }

  private void enter(DlmLockRes res, MigLockres message) {
    res.putLvb(Lvb.isEmpty(message.lvb()) ? null : message.lvb());
    for (MigratableLock moved : message.locks()) {
      if (moved.isPlaceholder()) {
        refer(res, moved.node());
      } else if (moved.node() == domain.self) {
        reorder(res, moved);
      } else if (!domain.members.contains(moved.node())) {
        // Its holder died while the message was on the way.
        if (moved.mode() == LockMode.EX && moved.list() != QueueIndex.BLOCKED) {
          res.putLvb(null);
        }
      } else if (res.find(moved.node(), moved.cookie()) == null) {
        DlmLock lock = new DlmLock(moved.mode(), moved.node(), moved.cookie(), null, null);
        lock.res = res;
        lock.convertTo(moved.convertTo());
        boolean get = (moved.flags() & MigratableLock.GET_LVB) != 0;
        lock.lvbUse = get ? DlmLock.LvbUse.GET : DlmLock.LvbUse.NONE;
        res.queue(moved.list().ordinal()).moveToTail(lock);
        refer(res, moved.node());
      }
    }
  }

  private void refer(DlmLockRes res, int node) {
    if (node != domain.self && domain.members.contains(node)) {
      res.addRef(node);
    }
  }

  /**
   * This node's own lock gets the place that the old master gave it. If it stands in another queue
   * here, the status of its request is still on its way and will put that right.
   */
  private void reorder(DlmLockRes res, MigratableLock moved) {
    DlmLock own = res.find(domain.self, moved.cookie());
    if (own == null) {
      domain.fault("migration of " + res.name + " brings an own lock that does not exist");
    } else if (own.isOn(res.queue(moved.list().ordinal()))) {
      res.queue(moved.list().ordinal()).moveToTail(own);
    }
  }

  private void announce(DlmLockRes res, int oldMaster) {
    refer(res, oldMaster);
    NodeMap others = domain.members.copy();
    others.remove(domain.self);
    others.remove(oldMaster);
    NodeMap waiting = others.copy();
    NodeMap told = others.copy();
    MigrateRequest request = new MigrateRequest(oldMaster, domain.self, res.name);
    others.forEach(
        node ->
            domain.send(
                node,
                request,
                status -> {
                  if (status < 0) {
                    told.remove(node);
                  } else if ((status & MigrateRequest.RESPONSE_MASTERY_REF) != 0) {
                    refer(res, node);
                  }
                  next(res, oldMaster, waiting, told, node);
                },
                error -> {
                  told.remove(node);
                  next(res, oldMaster, waiting, told, node);
                }));
    if (others.isEmpty()) {
      assertToAll(res, oldMaster, told);
    }
  }

  private void next(DlmLockRes res, int oldMaster, NodeMap waiting, NodeMap told, int node) {
    waiting.remove(node);
    if (waiting.isEmpty()) {
      assertToAll(res, oldMaster, told);
    }
  }

  private void assertToAll(DlmLockRes res, int oldMaster, NodeMap told) {
    int flags = AssertMaster.FINISH_MIGRATION;
    domain.asserts.toAll(
        res,
        told,
        flags,
        () -> domain.asserts.toAll(res, NodeMap.of(oldMaster), flags, () -> finish(res)));
  }

  private void finish(DlmLockRes res) {
    res.clear(ResState.MIGRATING);
    res.inflight--;
    domain.wake(res);
    domain.kick(res);
    domain.purge.review(res);
  }

  /** Handles MIGRATE_REQUEST: bits of the response, or negative to refuse. */
  int onMigrateRequest(int from, MigrateRequest message) {
    DlmLockRes res = domain.lookup(message.name());
    Mle old = domain.mles.get(message.name());
    boolean ours = res != null && res.owner == domain.self;
    boolean moving = old != null && old.type == Mle.Type.MIGRATION;
    if (message.newMaster() != from || ours || moving || (res != null && res.isRecovering())) {
      return EINVAL;
    }
    if (res != null) {
      res.set(ResState.MIGRATING);
    }
    Mle mle = new Mle(message.name(), Mle.Type.MIGRATION, domain.members, domain.self);
    mle.master = message.master();
    mle.newMaster = message.newMaster();
    mle.maybe.add(message.newMaster());
    domain.mles.put(message.name(), mle);
    if (old == null) {
      return 0;
    }
    old.master = message.master();
    old.leavesTraces |= old.asking;
    int response = old.type == Mle.Type.MASTER ? MigrateRequest.RESPONSE_MASTERY_REF : 0;
    domain.mastery.review(old);
    return response;
  }
}
