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
      domain
          .others()
          .forEach(
              node ->
                  domain.send(node, new BeginExitDomain(domain.self), status -> {}, error -> {}));
    }
    pass();
  }

  /** Starts what can be moved now, and looks again after a while. */
  private void pass() {
    if (domain.state != DomainState.IN_SHUTDOWN) {
      return;
    }
    for (DlmLockRes res : List.copyOf(domain.resources.values())) {
      if (res.name.equals(ResName.RECOVERY)) {
        forgetIfIdle(res);
      } else if (domain.migration.active() < WINDOW) {
        domain.migration.start(res);
      }
    }
    domain.timers.after(PASS_MS, this::pass);
  }

  /** The recovery lock's resource does not move; whoever needs it next masters it anew. */
  private void forgetIfIdle(DlmLockRes res) {
    boolean idle = !res.hasLocks() && res.inflight == 0 && res.reserved == 0;
    if (res.owner == domain.self && idle && domain.dead.isEmpty()) {
      domain.purge.forget(res);
    }
  }

  /** To be called at the end of every event: gives up what is unused, and ends when all is gone. */
  void proceed() {
    if (domain.state != DomainState.IN_SHUTDOWN) {
      return;
    }
    domain.purge.run(true);
    boolean joinUnderWay = domain.joiningNode != Domain.NOBODY;
    boolean recovering = !domain.dead.isEmpty() || domain.recovery.isUnderWay();
    if (domain.resources.isEmpty() && !joinUnderWay && !recovering) {
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
