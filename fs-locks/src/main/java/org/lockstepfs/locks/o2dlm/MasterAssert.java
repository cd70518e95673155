package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.o2dlm.message.AssertMaster;

/**
 * Telling other nodes that this node masters a resource, and learning which of them refer to it.
 *
 * <p>A node that had asked others before it heard of the master wants the assert repeated, for
 * those others still block the name.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmmaster.c, dlm_do_assert_master, dlm_assert_master_worker.
 */
final class MasterAssert {
  private static final int LINK_RETRY_MS = 100;

  private final Domain domain;

  /** One assert to several nodes. */
  private static final class Round {
    final NodeMap targets;
    int outstanding;
    boolean again;

    Round(NodeMap targets) {
      this.targets = targets;
      this.outstanding = targets.size();
    }
  }

  MasterAssert(Domain domain) {
    this.domain = domain;
  }

  /**
   * Removes what {@code asker} has left behind on other nodes by asking them: all members but this
   * node and the asker are told. Skipped while the resource migrates; the new master will tell all.
   */
  void cleanUpAfter(DlmLockRes res, int asker) {
    if (res.has(ResState.MIGRATING)) {
      return;
    }
    NodeMap others = domain.members.copy();
    others.remove(domain.self);
    others.remove(asker);
    toAll(res, others, AssertMaster.MLE_CLEANUP, () -> {});
  }

  /**
   * Asserts to these nodes, and again as long as one of them wants it.
   *
   * @param done runs when all living ones have answered; at once if there are none
   */
  void toAll(DlmLockRes res, NodeMap targets, int flags, Runnable done) {
    NodeMap present = targets.copy();
    targets.forEach(
        node -> {
          if (!domain.members.contains(node)) {
            present.remove(node);
          }
        });
    if (present.isEmpty()) {
      done.run();
      return;
    }
    res.reserved++;
    res.asserting++;
    Round round = new Round(present);
    present.forEach(node -> tell(res, round, node, flags, done));
  }

  private void tell(DlmLockRes res, Round round, int node, int flags, Runnable done) {
    domain.send(
        node,
        new AssertMaster(domain.self, res.name, flags),
        status -> {
          answered(res, round, node, status);
          end(res, round, flags, done);
        },
        error -> tellAgain(res, round, node, flags, done));
  }

  /** A node that does not hear of its master would wait for ever. */
  private void tellAgain(DlmLockRes res, Round round, int node, int flags, Runnable done) {
    if (domain.members.contains(node)) {
      domain.timers.after(LINK_RETRY_MS, () -> tellAgainIfMember(res, round, node, flags, done));
    } else {
      end(res, round, flags, done);
    }
  }

  private void tellAgainIfMember(DlmLockRes res, Round round, int node, int flags, Runnable done) {
    if (domain.members.contains(node)) {
      tell(res, round, node, flags, done);
    } else {
      end(res, round, flags, done);
    }
  }

  private void answered(DlmLockRes res, Round round, int node, int status) {
    if (status < 0) {
      // After a death the node may still take the dead one for the master, until recovery; of the
      // recovery lock's, which is not recovered, as long as it does not know that it is gone.
      if (domain.dead.isEmpty() && !res.name.equals(ResName.RECOVERY)) {
        domain.fault("node " + node + " refuses that this node masters " + res.name);
      }
      return;
    }
    round.again |= (status & AssertMaster.RESPONSE_REASSERT) != 0;
    if ((status & AssertMaster.RESPONSE_MASTERY_REF) != 0 && domain.members.contains(node)) {
      res.addRef(node);
      domain.purge.review(res);
    }
  }

  private void end(DlmLockRes res, Round round, int flags, Runnable done) {
    if (--round.outstanding > 0) {
      return;
    }
    // The next round begins before this one's reservation ends, lest a migration slip in between.
    if (round.again) {
      toAll(res, round.targets, flags, done);
    }
    res.asserting--;
    if (res.asserting == 0) {
      domain.purge.dropLateReferences(res);
    }
    domain.release(res);
    if (!round.again) {
      done.run();
    }
  }
}
