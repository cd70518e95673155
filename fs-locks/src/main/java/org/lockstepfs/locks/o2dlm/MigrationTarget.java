package org.lockstepfs.locks.o2dlm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.message.AssertMaster;
import org.lockstepfs.locks.o2dlm.message.MigLockres;
import org.lockstepfs.locks.o2dlm.message.MigratableLock;
import org.lockstepfs.locks.o2dlm.message.MigratableLock.QueueIndex;
import org.lockstepfs.locks.o2dlm.message.MigrateRequest;

/**
 * Moving a resource, on its new master and on everybody else.
 *
 * <p>The new master enters the locks it was sent; tells all others but the old master that the
 * resource moves (they mark it MIGRATING); asserts itself to the old master, then to them. Only
 * then does it grant. The old master's word decides when one of the two dies: until it has heard
 * the assert it is the master, and nobody takes another for it. (The kernel asserts to the old
 * master last, and then a new master that dies between leaves nodes that disagree.) If the old
 * master dies before all others have been told, the new one gives the resource up to recovery.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmrecovery.c, dlm_mig_lockres_handler, dlm_process_recovery_data;
 * dlmmaster.c, dlm_finish_migration, dlm_migrate_request_handler, dlm_add_migration_mle.
 */
final class MigrationTarget {
  private static final int EINVAL = -22;
  private static final int EFAULT = -14;
  private static final int RETRY_MS = 100;

  private final Domain domain;
  private final Map<ResName, Arrival> arrivals = new HashMap<>();

  /** A resource on its way to this node. */
  private static final class Arrival {
    final DlmLockRes res;
    final int oldMaster;

    /** Others that have not answered the announcement; null before it begins. */
    NodeMap unaware;

    NodeMap told;

    /** All have been told: this node will be the master, whoever dies. */
    boolean decided;

    Arrival(DlmLockRes res, int oldMaster) {
      this.res = res;
      this.oldMaster = oldMaster;
    }
  }

  MigrationTarget(Domain domain) {
    this.domain = domain;
  }

  /** Handles MIG_LOCKRES of a migration: 0, or negative to refuse. */
  int onMigLockres(int from, MigLockres message) {
    if (domain.state != DomainState.JOINED || message.master() != from) {
      return EINVAL;
    }
    DlmLockRes res = domain.resources.get(message.name());
    if (res == null) {
      res = new DlmLockRes(message.name());
      domain.resources.put(message.name(), res);
    } else if (res.has(ResState.RECOVERING)) {
      return EFAULT;
    } else if (res.has(ResState.DROPPING_REF) || !knows(res, from)) {
      return EINVAL;
    }
    Arrival arrival = arrivals.get(message.name());
    if (arrival == null) {
      arrival = new Arrival(res, from);
      arrivals.put(message.name(), arrival);
      res.set(ResState.MIGRATING);
      res.inflight++;
      res.putLvb(message.lvb());
      domain.purge.review(res);
    }
    res.owner = domain.self;
    enter(res, message);
    if ((message.flags() & MigLockres.ALL_DONE) != 0 && arrival.unaware == null) {
      announce(arrival);
    }
    return 0;
  }

  /** The sender is this node's master of the resource, or has begun to move it here. */
  private boolean knows(DlmLockRes res, int from) {
    Arrival arrival = arrivals.get(res.name);
    return arrival == null ? res.owner == from : arrival.oldMaster == from;
  }

  private void enter(DlmLockRes res, MigLockres message) {
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
        if (domain.dead.contains(moved.node())) {
          res.awaitRecoveryOf(moved.node());
        }
      } else if (res.find(moved.node(), moved.cookie()) == null) {
        add(res, moved, res.queue(moved.list().ordinal()));
        refer(res, moved.node());
      }
    }
  }

  /** Enters another node's lock. */
  static void add(
      DlmLockRes res,
      MigratableLock moved,
      org.lockstepfs.locks.resource.LockQueue<DlmLock> queue) {
    DlmLock lock = new DlmLock(moved.mode(), moved.node(), moved.cookie(), null, null);
    lock.res = res;
    lock.convertTo(moved.convertTo());
    boolean get = (moved.flags() & MigratableLock.GET_LVB) != 0;
    lock.lvbUse = get ? DlmLock.LvbUse.GET : DlmLock.LvbUse.NONE;
    queue.moveToTail(lock);
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

  private void announce(Arrival arrival) {
    refer(arrival.res, arrival.oldMaster);
    arrival.unaware = domain.others();
    arrival.unaware.remove(arrival.oldMaster);
    arrival.told = arrival.unaware.copy();
    arrival.told.forEach(node -> request(arrival, node));
    if (arrival.told.isEmpty()) {
      assertSelf(arrival);
    }
  }

  private void request(Arrival arrival, int node) {
    if (arrivals.get(arrival.res.name) != arrival) {
      return;
    }
    if (!domain.members.contains(node)) {
      arrival.told.remove(node);
      aware(arrival, node, false);
      return;
    }
    Runnable again = () -> request(arrival, node);
    domain.send(
        node,
        new MigrateRequest(arrival.oldMaster, domain.self, arrival.res.name),
        status -> {
          if (status < 0) {
            // It knows of the old master's death, or is about to join: both pass.
            domain.timers.after(RETRY_MS, again);
            return;
          }
          aware(arrival, node, (status & MigrateRequest.RESPONSE_MASTERY_REF) != 0);
        },
        error -> domain.timers.after(RETRY_MS, again));
  }

  private void aware(Arrival arrival, int node, boolean refers) {
    if (arrivals.get(arrival.res.name) != arrival) {
      return;
    }
    if (refers) {
      refer(arrival.res, node);
    }
    arrival.unaware.remove(node);
    if (arrival.unaware.isEmpty()) {
      assertSelf(arrival);
    }
  }

  private void assertSelf(Arrival arrival) {
    arrival.decided = true;
    DlmLockRes res = arrival.res;
    int flags = AssertMaster.FINISH_MIGRATION;
    domain.asserts.toAll(
        res,
        NodeMap.of(arrival.oldMaster),
        flags,
        () -> domain.asserts.toAll(res, arrival.told, flags, () -> finish(arrival)));
  }

  private void finish(Arrival arrival) {
    DlmLockRes res = arrival.res;
    arrivals.remove(res.name);
    res.clear(ResState.MIGRATING);
    res.inflight--;
    domain.wake(res);
    domain.kick(res);
    domain.purge.review(res);
  }

  /** The old master of what is on its way here died: what is not decided is lost with it. */
  void giveUpFrom(int oldMaster) {
    for (Arrival arrival : List.copyOf(arrivals.values())) {
      if (arrival.oldMaster == oldMaster && !arrival.decided) {
        DlmLockRes res = arrival.res;
        arrivals.remove(res.name);
        res.inflight--;
        res.owner = oldMaster;
        res.keepLocksOf(domain.self);
        res.putLvb(null);
        res.clear(ResState.MIGRATING);
        res.stopWaitingForRecovery();
      }
    }
  }

  /** Handles MIGRATE_REQUEST: bits of the response, or negative to refuse. */
  int onMigrateRequest(int from, MigrateRequest message) {
    if (!domain.isFullyJoined()) {
      return domain.state == DomainState.NEW ? EINVAL : 0;
    }
    DlmLockRes res = domain.lookup(message.name());
    Mle old = domain.mles.get(message.name());
    boolean ours = res != null && res.owner == domain.self;
    if (old != null && old.type == Mle.Type.MIGRATION) {
      return old.newMaster == from ? 0 : EINVAL;
    }
    if (message.newMaster() != from || ours || !domain.members.contains(message.master())) {
      return EINVAL;
    }
    if (res != null && res.suspects != null) {
      domain.deaths.claimed(res, message.master());
    }
    if (res != null && res.isRecovering()) {
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
