package org.lockstepfs.locks.o2dlm;

import org.lockstepfs.locks.o2dlm.message.AssertMaster;
import org.lockstepfs.locks.o2dlm.message.MasterRequery;
import org.lockstepfs.locks.o2dlm.message.MasterRequest;
import org.lockstepfs.locks.o2dlm.message.MasterResponse;

/**
 * What other nodes ask and tell about mastery.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmmaster.c, dlm_master_request_handler, dlm_assert_master_handler;
 * dlmrecovery.c, dlm_master_requery_handler.
 */
final class MasteryHandlers {
  private static final int EINVAL = -22;

  private final Domain domain;

  MasteryHandlers(Domain domain) {
    this.domain = domain;
  }

  /** Handles MASTER_REQUEST. */
  MasterResponse onMasterRequest(int from, MasterRequest message) {
    if (!domain.isFullyJoined()) {
      // Before it has joined, it may be taken for one that died under its number.
      return domain.state == DomainState.NEW ? MasterResponse.ERROR : MasterResponse.NO;
    }
    DlmLockRes res = domain.lookup(message.name());
    if (domain.recovery.isOnItsWayHere(message.name())) {
      return MasterResponse.ERROR;
    }
    if (res != null && (res.has(ResState.RECOVERING) || res.has(ResState.MIGRATING))) {
      return MasterResponse.ERROR;
    }
    if (res != null && res.owner == domain.self) {
      res.addRef(from);
      domain.purge.review(res);
      domain.asserts.cleanUpAfter(res, from);
      return MasterResponse.YES;
    }
    if (res != null && res.owner != DlmLockRes.UNKNOWN) {
      return MasterResponse.NO;
    }
    Mle mle = domain.mles.get(message.name());
    if (mle == null) {
      mle = new Mle(message.name(), Mle.Type.BLOCK, domain.members, domain.self);
      domain.mles.put(message.name(), mle);
    }
    mle.maybe.add(from);
    mle.outdated.remove(from);
    return mle.type == Mle.Type.MASTER ? MasterResponse.MAYBE : MasterResponse.NO;
  }

  /** Handles ASSERT_MASTER: the bits of the response, or -EINVAL to refuse. */
  int onAssertMaster(int from, AssertMaster message) {
    Mle mle = domain.mles.get(message.name());
    DlmLockRes res = domain.lookup(message.name());
    boolean finish = (message.flags() & AssertMaster.FINISH_MIGRATION) != 0;
    boolean cleanup = (message.flags() & AssertMaster.MLE_CLEANUP) != 0;
    if (mle != null && mle.type == Mle.Type.MIGRATION && !finish && !cleanup) {
      return 0;
    }
    if (mle == null && res != null && res.suspects != null) {
      domain.deaths.claimed(res, from);
      return AssertMaster.RESPONSE_MASTERY_REF;
    }
    if (res != null && !mayAssert(from, mle, res)) {
      return EINVAL;
    }
    if (mle == null) {
      return 0;
    }
    int response = res == null ? 0 : AssertMaster.RESPONSE_MASTERY_REF;
    if (mle.type == Mle.Type.MASTER && askedOthersThan(from, mle)) {
      response |= AssertMaster.RESPONSE_REASSERT;
    }
    settle(from, mle, res);
    return response;
  }

  /** Refuses a second master; the sender of a refused assert stops its domain. */
  private static boolean mayAssert(int from, Mle mle, DlmLockRes res) {
    if (res.has(ResState.RECOVERING)) {
      return false;
    }
    if (mle != null && mle.type == Mle.Type.MIGRATION) {
      return from == mle.newMaster;
    }
    return res.owner == DlmLockRes.UNKNOWN || res.owner == from;
  }

  private static boolean askedOthersThan(int from, Mle mle) {
    NodeMap others = mle.response.copy();
    others.remove(from);
    return !others.isEmpty();
  }

  private void settle(int from, Mle mle, DlmLockRes res) {
    domain.mles.remove(mle.name, mle);
    mle.leavesTraces |= mle.asking;
    if (res != null) {
      res.owner = from;
      if (mle.type == Mle.Type.MIGRATION) {
        domain.migration.handedOver(res, mle);
        res.clear(ResState.MIGRATING);
      }
      domain.wake(res);
      domain.purge.review(res);
    }
    mle.master = from;
    mle.waiters().forEach(domain::soon);
    domain.mastery.review(mle);
  }

  /**
   * Handles MASTER_REQUERY: the master as far as known here, 255 if unknown. A master also tells
   * all others, some of whom are in doubt.
   */
  int onMasterRequery(MasterRequery message) {
    DlmLockRes res = domain.isFullyJoined() ? domain.lookup(message.name()) : null;
    if (res == null) {
      return DlmLockRes.UNKNOWN;
    }
    boolean settled = !res.has(ResState.MIGRATING) && !res.has(ResState.RECOVERING);
    if (res.owner == domain.self && settled && !res.name.equals(ResName.RECOVERY)) {
      domain.asserts.toAll(res, domain.others(), AssertMaster.REQUERY, () -> {});
    }
    return res.owner;
  }
}
