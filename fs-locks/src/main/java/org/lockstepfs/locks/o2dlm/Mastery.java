package org.lockstepfs.locks.o2dlm;

import java.util.List;
import java.util.function.Consumer;
import org.lockstepfs.locks.o2dlm.message.AssertMaster;
import org.lockstepfs.locks.o2dlm.message.MasterRequest;
import org.lockstepfs.locks.o2dlm.message.MasterResponse;

/**
 * Finding a resource's master, or becoming it.
 *
 * <p>A node that meets a new name asks the members one by one, in ascending order. One YES ends the
 * search. If all say NO or MAYBE, the lowest node of those that want it becomes master and asserts
 * so to all. Whoever was asked keeps an {@link Mle} that blocks the name until a master asserts;
 * the outcome must therefore reach every node that a loser has asked, also if the loser learned the
 * outcome first: then it asks the winner once more, which makes the winner assert again.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmmaster.c, dlm_get_lock_resource, dlm_wait_for_lock_mastery,
 * dlm_restart_lock_mastery, dlm_do_master_request.
 */
final class Mastery {
  private static final int ASK_AGAIN_MS = 50;
  private static final int LINK_RETRY_MS = 500;

  private final Domain domain;

  Mastery(Domain domain) {
    this.domain = domain;
  }

  /**
   * Finds the resource or makes it, and hands it on when its master is known, with {@link
   * DlmLockRes#inflight} raised by one for the taker to lower.
   */
  void acquire(ResName name, int flags, Consumer<DlmLockRes> taker) {
    if (!domain.isFullyJoined()) {
      // Whoever waited for this has been cancelled; a node that leaves must not master it.
      return;
    }
    DlmLockRes res = domain.resources.get(name);
    if (res == null) {
      if (!introduce(name, flags, taker)) {
        return;
      }
      res = domain.resources.get(name);
    }
    if (res.owner == DlmLockRes.UNKNOWN || res.has(ResState.DROPPING_REF)) {
      res.await(() -> acquire(name, flags, taker));
      return;
    }
    res.inflight++;
    domain.purge.review(res);
    taker.accept(res);
  }

  /** Makes the resource and starts the search; false if a migration must end first. */
  private boolean introduce(ResName name, int flags, Consumer<DlmLockRes> taker) {
    Mle mle = domain.mles.get(name);
    if (mle != null && mle.type == Mle.Type.MIGRATION) {
      mle.await(() -> acquire(name, flags, taker));
      return false;
    }
    DlmLockRes res = new DlmLockRes(name);
    domain.resources.put(name, res);
    boolean alone = domain.members.size() == 1;
    if ((flags & DlmFlags.LOCAL) != 0 || (alone && mle == null)) {
      res.owner = domain.self;
      return true;
    }
    res.set(ResState.IN_PROGRESS);
    if (mle != null) {
      mle.res = res;
    } else {
      contend(res);
    }
    return true;
  }

  private void contend(DlmLockRes res) {
    Mle mle = new Mle(res.name, Mle.Type.MASTER, domain.members, domain.self);
    mle.res = res;
    mle.maybe.add(domain.self);
    domain.mles.put(res.name, mle);
    ask(mle);
  }

  private void ask(Mle mle) {
    if (!domain.dead.isEmpty() && !mle.name.equals(ResName.RECOVERY)) {
      // A dead node may have mastered it; those who know so would say no as long as it is not
      // theirs.
      mle.waitsForRecovery = true;
      return;
    }
    mle.asking = true;
    mle.asked = -1;
    askNext(mle);
  }

  /** No dead node is left to recover: whoever waited for that asks for mastery now. */
  void allRecovered() {
    for (Mle mle : List.copyOf(domain.mles.values())) {
      if (mle.waitsForRecovery) {
        mle.waitsForRecovery = false;
        mle.membersLost = true;
        restart(mle);
      } else if (!mle.outdated.isEmpty()) {
        forgetOutdated(mle);
      }
    }
  }

  /**
   * The winner may have died before it could tell this node, and whoever asked may want the name no
   * more: nobody would ever tell.
   */
  private void forgetOutdated(Mle mle) {
    mle.outdated.forEach(mle.maybe::remove);
    mle.outdated.clear();
    unblock(mle);
    mle.membersChanged = true;
    review(mle);
  }

  private void askNext(Mle mle) {
    int node = mle.vote.next(mle.asked + 1);
    boolean enough = mle.masterKnown() && mle.master <= mle.asked;
    if (enough || node >= NodeMap.MAX_NODES) {
      mle.asking = false;
      review(mle);
      return;
    }
    mle.asked = node;
    askOne(mle, node);
  }

  private void askOne(Mle mle, int node) {
    domain.send(
        node,
        new MasterRequest(domain.self, mle.name),
        status -> answered(mle, node, MasterResponse.ofWire(status)),
        error -> askNext(mle));
  }

  private void answered(Mle mle, int node, MasterResponse response) {
    switch (response) {
      case YES -> {
        mle.response.add(node);
        mle.master = node;
      }
      case NO -> mle.response.add(node);
      case MAYBE -> {
        mle.response.add(node);
        mle.maybe.add(node);
      }
      case ERROR -> {
        domain.timers.after(ASK_AGAIN_MS, () -> askAgain(mle, node));
        return;
      }
    }
    askNext(mle);
  }

  private void askAgain(Mle mle, int node) {
    if (domain.members.contains(node)) {
      askOne(mle, node);
    } else {
      askNext(mle);
    }
  }

  /** Looks whether the contest that this node waits for is decided; called after every change. */
  void review(Mle mle) {
    DlmLockRes res = mle.res;
    if (res == null || mle.asking || !res.has(ResState.IN_PROGRESS)) {
      return;
    }
    if (res.owner != DlmLockRes.UNKNOWN || mle.masterKnown() || res.isRecovering()) {
      decided(mle, res);
    } else if (mle.membersChanged) {
      restart(mle);
    } else if (mle.type == Mle.Type.MASTER
        && !mle.waitsForRecovery
        && mle.vote.equals(mle.response)
        && domain.self <= mle.maybe.first()) {
      mle.master = domain.self;
      res.owner = domain.self;
      finish(mle, res);
      domain.asserts.toAll(res, mle.vote, 0, () -> {});
    }
  }

  private void decided(Mle mle, DlmLockRes res) {
    if (mle.res == null) {
      return;
    }
    if (res.isRecovering()) {
      res.await(() -> decided(mle, res));
      return;
    }
    boolean masterGone = mle.master != domain.self && !domain.members.contains(mle.master);
    if (res.owner == DlmLockRes.UNKNOWN && masterGone) {
      if (res.has(ResState.MIGRATING)) {
        res.await(() -> decided(mle, res));
        return;
      }
      domain.mles.remove(mle.name, mle);
      beginAgain(mle, res);
      return;
    }
    if (res.owner == DlmLockRes.UNKNOWN) {
      res.owner = mle.master;
    }
    if (mle.leavesTraces && res.owner != domain.self) {
      askMasterToAssertAgain(mle, res);
      return;
    }
    finish(mle, res);
    if (mle.leavesTraces) {
      // This node has inherited the resource from the winner, who died before it was asked.
      domain.asserts.toAll(res, domain.others(), AssertMaster.MLE_CLEANUP, () -> {});
    }
  }

  private void askMasterToAssertAgain(Mle mle, DlmLockRes res) {
    if (res.has(ResState.MIGRATING) || res.isRecovering()) {
      res.await(() -> decided(mle, res));
      return;
    }
    int owner = res.owner;
    if (!domain.members.contains(owner)) {
      beginAgain(mle, res);
      return;
    }
    domain.send(
        owner,
        new MasterRequest(domain.self, mle.name),
        status -> {
          boolean moved = res.owner != owner;
          if (MasterResponse.ofWire(status) == MasterResponse.ERROR) {
            domain.timers.after(ASK_AGAIN_MS, () -> decided(mle, res));
          } else if (moved) {
            decided(mle, res);
          } else {
            finish(mle, res);
          }
        },
        error -> domain.timers.after(LINK_RETRY_MS, () -> decided(mle, res)));
  }

  /** The winner is gone without having known that this node refers to the resource. */
  private void beginAgain(Mle mle, DlmLockRes res) {
    mle.res = null;
    if (domain.resources.get(res.name) != res) {
      return;
    }
    res.owner = DlmLockRes.UNKNOWN;
    Mle other = domain.mles.get(res.name);
    if (other != null) {
      other.res = res;
      review(other);
      return;
    }
    contend(res);
  }

  private void finish(Mle mle, DlmLockRes res) {
    domain.mles.remove(mle.name, mle);
    mle.res = null;
    res.clear(ResState.IN_PROGRESS);
    domain.wake(res);
    // Whoever asked for it may have given up meanwhile.
    domain.soon(() -> domain.purge.review(res));
  }

  /**
   * Begins again after the members changed: a new member is asked, too; after an exit or death
   * nothing that was learned counts any more.
   */
  private void restart(Mle mle) {
    if (mle.membersLost) {
      mle.response.clear();
      if (mle.type == Mle.Type.MASTER) {
        mle.maybe.clear();
        mle.maybe.add(domain.self);
      }
    }
    mle.membersChanged = false;
    mle.membersLost = false;
    mle.vote.set(mle.nodes);
    if (mle.type == Mle.Type.MASTER) {
      ask(mle);
    }
  }

  /**
   * This node has taken over the resource from a dead master. A contest for it is over; whoever was
   * asked in it, or asked this node, is told.
   */
  void inherited(DlmLockRes res) {
    Mle mle = domain.mles.get(res.name);
    if (mle == null) {
      return;
    }
    if (mle.res == null) {
      domain.mles.remove(res.name, mle);
    } else {
      mle.waitsForRecovery = false;
      review(mle);
    }
    domain.asserts.toAll(res, domain.others(), AssertMaster.MLE_CLEANUP, () -> {});
  }

  /** A member came or went: every contest takes note, and those that wait look again. */
  void memberChanged(int node, boolean up) {
    for (Mle mle : List.copyOf(domain.mles.values())) {
      mle.membersChanged = true;
      mle.membersLost |= !up;
      if (up) {
        mle.nodes.add(node);
        mle.response.remove(node);
      } else {
        mle.nodes.remove(node);
        mle.maybe.remove(node);
        mle.outdated.remove(node);
        if (domain.dead.contains(node) && !mle.name.equals(ResName.RECOVERY)) {
          mle.outdated.set(mle.maybe);
        }
        unblock(mle);
      }
      review(mle);
    }
  }

  /** When the last node that blocked a name is gone, whoever waits here tries to master it. */
  private void unblock(Mle mle) {
    if (mle.type != Mle.Type.BLOCK || !mle.maybe.isEmpty()) {
      return;
    }
    if (mle.res == null) {
      domain.mles.remove(mle.name, mle);
    } else {
      mle.type = Mle.Type.MASTER;
      mle.maybe.add(domain.self);
    }
  }
}
