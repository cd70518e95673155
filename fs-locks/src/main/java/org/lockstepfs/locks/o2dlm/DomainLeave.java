package org.lockstepfs.locks.o2dlm;

import java.util.List;
import org.lockstepfs.locks.o2dlm.message.BeginExitDomain;
import org.lockstepfs.locks.o2dlm.message.ExitDomain;

/**
 * Leaving the domain: announce it, move away what others use, give up the rest, say goodbye.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmdomain.c, dlm_unregister_domain, dlm_migrate_all_locks,
 * dlm_leave_domain.
 */
final class DomainLeave {
  private static final int PASS_MS = 100;

  /** Resources that move at the same time. */
  private static final int WINDOW = 64;

  private final Domain domain;

  DomainLeave(Domain domain) {
    this.domain = domain;
  }

  void start() {
    if (domain.state != DomainState.JOINED) {
      throw new IllegalStateException("leave of domain " + domain.config.domain());
    }
    domain.state = DomainState.IN_SHUTDOWN;
    if (domain.dlmMinor >= 2) {
      others()
          .forEach(
              node ->
                  domain.send(node, new BeginExitDomain(domain.self), status -> {}, error -> {}));
    }
    pass();
  }

  private NodeMap others() {
    NodeMap others = domain.members.copy();
    others.remove(domain.self);
    return others;
  }

  /** Starts what can be moved now, and looks again after a while. */
  private void pass() {
    if (domain.state != DomainState.IN_SHUTDOWN) {
      return;
    }
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (isLostToADeath(res)) {
        domain.mastery.abandon(res);
      } else if (domain.migration.active() < WINDOW) {
        domain.migration.start(res);
      }
    }
    domain.timers.after(PASS_MS, this::pass);
  }

  /** Nobody here needs the resource any more, and with whom it could be settled is dead. */
  private boolean isLostToADeath(DlmLockRes res) {
    boolean unsettled = res.isRecovering() || res.owner == DlmLockRes.UNKNOWN;
    return unsettled && !domain.dead.isEmpty() && !res.hasLocks() && res.inflight == 0;
  }

  /** To be called at the end of every event: gives up what is unused, and ends when all is gone. */
  void proceed() {
    if (domain.state != DomainState.IN_SHUTDOWN) {
      return;
    }
    domain.purge.run(true);
    boolean joinUnderWay = domain.joiningNode != Domain.NOBODY;
    if (domain.resources.isEmpty() && !joinUnderWay) {
      sayGoodbye();
    }
  }

  private void sayGoodbye() {
    domain.state = DomainState.LEAVING;
    domain.members.remove(domain.self);
    NodeMap others = domain.members.copy();
    others.forEach(
        node ->
            domain.send(
                node, new ExitDomain(domain.self), status -> parted(node), error -> parted(node)));
    if (others.isEmpty()) {
      left();
    }
  }

  private void parted(int node) {
    domain.members.remove(node);
    if (domain.members.isEmpty() && domain.state == DomainState.LEAVING) {
      left();
    }
  }

  private void left() {
    domain.state = DomainState.LEFT;
    domain.mles.clear();
    domain.emit(new Effect.Left());
  }
}
