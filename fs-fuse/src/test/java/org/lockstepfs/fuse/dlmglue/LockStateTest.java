package org.lockstepfs.fuse.dlmglue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lockstepfs.locks.mode.LockMode.EX;
import static org.lockstepfs.locks.mode.LockMode.NL;
import static org.lockstepfs.locks.mode.LockMode.PR;

import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.lockstepfs.locks.mode.LockMode;

/** The rules one by one; each test names the fault that it guards and the kernel's function. */
final class LockStateTest {
  private final LockState state = new LockState();

  private Taker taker(LockMode wanted) {
    return new Taker(wanted, LockWait.WAIT);
  }

  /** Brings the lock to a level that nobody holds. */
  private void cacheAt(LockMode level) {
    Taker taker = taker(level);
    assertThat(state.take(taker)).isEqualTo(Taker.Step.CALL);
    state.callReturned(taker.call);
    state.lockAst(null, false);
    assertThat(state.take(taker)).isEqualTo(Taker.Step.GRANTED);
    state.release(level);
  }

  /** Another node wants the lock, and the downconvert thread takes it up. */
  private void bastAndBegin(LockMode wanted) {
    state.blockingAst(wanted);
    assertThat(state.enqueue()).isTrue();
    assertThat(state.beginUnblock()).isTrue();
  }

  /** Fault: a cached lock that costs a message each time. __ocfs2_cluster_lock, update_holders. */
  @Test
  void cachedLevelIsTakenWithoutCall() {
    cacheAt(EX);

    assertThat(state.holdCached(PR)).isTrue();
    assertThat(state.holdCached(EX)).isTrue();
    assertThat(state.take(taker(PR))).isEqualTo(Taker.Step.GRANTED);
  }

  /** Fault: a cancel that comes before its call and is lost. ocfs2_unblock_lock, PENDING. */
  @Test
  void noCancelWhilePending() {
    cacheAt(PR);
    Taker taker = taker(EX);
    state.take(taker);
    state.blockingAst(EX);

    assertThat(state.enqueue()).as("pending").isFalse();
    assertThat(state.unblock()).isEqualTo(UnblockStep.PARK);

    state.callReturned(taker.call);
    assertThat(state.enqueue()).as("returned").isTrue();
    assertThat(state.beginUnblock()).isTrue();
    assertThat(state.unblock()).isEqualTo(UnblockStep.CANCEL);
    assertThat(state.unblock()).as("one cancel is enough").isEqualTo(UnblockStep.PARK);
  }

  /**
   * Fault: a late return clears the PENDING of the next call. lockres_clear_pending, generation.
   */
  @Test
  void aReturnClearsOnlyItsOwnPending() {
    Taker taker = taker(EX);
    state.take(taker);
    int first = taker.call;
    state.lockAst(null, false);
    assertThat(state.take(taker)).isEqualTo(Taker.Step.GRANTED);
    state.release(EX);
    bastAndBegin(EX);
    assertThat(state.unblock()).isEqualTo(UnblockStep.DOWNCONVERT);
    int second = state.beginDownconvert(NL);
    assertThat(second).isGreaterThan(first);

    state.callReturned(first);

    assertThat(state.has(LockFlagBit.PENDING)).isTrue();
    state.callReturned(second);
    assertThat(state.has(LockFlagBit.PENDING)).isFalse();
    assertThat(state.has(LockFlagBit.BUSY)).isTrue();
  }

  /**
   * Fault: two nodes with PR wait for each other's EX. ocfs2_unblock_lock, cancel of a conversion.
   */
  @Test
  void aBlockedUpconvertIsCancelledAndTheLockGivenUp() {
    cacheAt(PR);
    Taker taker = taker(EX);
    state.take(taker);
    state.callReturned(taker.call);
    bastAndBegin(EX);
    assertThat(state.unblock()).isEqualTo(UnblockStep.CANCEL);
    state.endUnblock();
    assertThat(state.unlockAst(null)).isTrue();

    assertThat(state.level()).isEqualTo(PR);
    assertThat(state.take(taker)).as("not before the others").isEqualTo(Taker.Step.WAIT);
    assertThat(state.enqueue()).isTrue();
    assertThat(state.beginUnblock()).isTrue();
    assertThat(state.unblock()).isEqualTo(UnblockStep.DOWNCONVERT);
    state.callReturned(state.beginDownconvert(NL));
    state.lockAst(null, false);
    state.endUnblock();
    assertThat(state.has(LockFlagBit.BLOCKED)).isFalse();
    assertThat(state.take(taker)).isEqualTo(Taker.Step.CALL);
  }

  /** Fault: a cancel that lost leaves its mark, and the next unlock AST is misread. */
  @Test
  void aGrantThatBeatsTheCancelEndsBoth() {
    cacheAt(PR);
    Taker taker = taker(EX);
    state.take(taker);
    state.callReturned(taker.call);
    bastAndBegin(EX);
    state.unblock();

    state.lockAst(null, false);

    assertThat(state.unlockAction()).isEqualTo(UnlockAction.NONE);
    assertThat(state.level()).isEqualTo(EX);
    state.endUnblock();
    assertThat(state.take(taker)).isEqualTo(Taker.Step.GRANTED);
  }

  /** Fault: a cancel on its way meets the next conversion, whose taker then waits for ever. */
  @Test
  void aStrayCancelEndsWhateverIsOut() {
    Taker taker = taker(PR);
    state.take(taker);
    state.callReturned(taker.call);

    assertThat(state.unlockAst(null)).isTrue();

    assertThat(state.has(LockFlagBit.BUSY)).isFalse();
    assertThat(state.take(taker)).isEqualTo(Taker.Step.CALL);
  }

  /** Fault: while a cancel is being sent another conversion starts. */
  @Test
  void noCallBeginsInTheHandsOfTheDownconvertThread() {
    cacheAt(PR);
    Taker first = taker(EX);
    state.take(first);
    state.callReturned(first.call);
    bastAndBegin(EX);
    state.unblock();
    state.unlockAst(null);

    assertThat(state.take(taker(EX))).isEqualTo(Taker.Step.WAIT);
  }

  /** Fault: nodes take the lock from each other unused. ..., UPCONVERT_FINISHING. */
  @Test
  void aGrantIsUsedOnceBeforeItGoes() {
    cacheAt(PR);
    Taker taker = taker(EX);
    state.take(taker);
    state.callReturned(taker.call);
    state.lockAst(null, false);
    state.blockingAst(EX);

    assertThat(state.enqueue()).isFalse();
    assertThat(state.unblock()).isEqualTo(UnblockStep.PARK);
    assertThat(state.take(taker)).isEqualTo(Taker.Step.GRANTED);
    assertThat(state.take(taker(EX))).as("only once").isEqualTo(Taker.Step.WAIT);
    state.release(EX);
    assertThat(state.enqueue()).isTrue();
  }

  /** Fault: a grant that nobody waits for blocks the other nodes. OCFS2_LOCK_NONBLOCK_FINISHED. */
  @Test
  void anAbandonedGrantGoesAtOnce() {
    cacheAt(PR);
    Taker taker = new Taker(EX, LockWait.NONBLOCK);
    state.take(taker);
    state.callReturned(taker.call);
    assertThat(state.take(taker)).isEqualTo(Taker.Step.WAIT);
    state.giveUp(taker);
    state.lockAst(null, false);
    state.blockingAst(EX);

    assertThat(state.enqueue()).isTrue();
    assertThat(state.has(LockFlagBit.NONBLOCK_FINISHED)).isFalse();
  }

  /**
   * Fault: a refused NOQUEUE taker asks again and again. __ocfs2_cluster_lock, noqueue_attempted.
   */
  @Test
  void noqueueAsksOnce() {
    Taker taker = new Taker(EX, LockWait.NOQUEUE);
    state.take(taker);
    state.callReturned(taker.call);
    state.lockAst(Errno.EAGAIN, false);

    assertThat(state.take(taker)).isEqualTo(Taker.Step.REFUSED);
    assertThat(state.take(taker(EX))).as("others may").isEqualTo(Taker.Step.CALL);
  }

  /** Fault: a deleter that holds OPEN at PR and tries for EX waits for its own PR to go. */
  @Test
  void noqueueDoesNotWaitForADownconvert() {
    cacheAt(PR);
    state.holdCached(PR);
    state.blockingAst(EX);

    assertThat(state.take(new Taker(EX, LockWait.NOQUEUE))).isEqualTo(Taker.Step.REFUSED);
    assertThat(state.take(taker(EX))).isEqualTo(Taker.Step.WAIT);
  }

  /** Fault: a taker spins on an error. (The kernel only logs here, and hangs.) */
  @Test
  void aFailureReachesItsTakerOnce() {
    Taker taker = taker(EX);
    state.take(taker);
    state.callReturned(taker.call);
    state.lockAst(Errno.EIO, false);

    assertThat(state.takeError(taker(EX))).as("another taker").isNull();
    assertThat(state.takeError(taker)).isEqualTo(Errno.EIO);
    assertThat(state.takeError(taker)).isNull();
  }

  /** Fault: local takers starve the other node. ocfs2_may_continue_on_blocked_lock. */
  @Test
  void blockedTakersWaitUnlessCompatible() {
    cacheAt(EX);
    state.holdCached(EX);
    state.blockingAst(PR);

    assertThat(state.holdCached(EX)).isFalse();
    assertThat(state.take(taker(EX))).isEqualTo(Taker.Step.WAIT);
    assertThat(state.take(taker(PR))).isEqualTo(Taker.Step.GRANTED);
    assertThat(state.enqueue()).as("EX still held").isFalse();
    state.release(EX);
    assertThat(state.enqueue()).as("PR may stay").isTrue();
    state.blockingAst(EX);
    state.beginUnblock();
    assertThat(state.unblock()).as("PR may not").isEqualTo(UnblockStep.PARK);
  }

  /** Fault: a stronger BAST during a downconvert is forgotten. ..._handle_downconvert_action. */
  @Test
  void aStrongerBastOutlivesTheDownconvertForTheWeaker() {
    cacheAt(EX);
    bastAndBegin(PR);
    assertThat(state.unblock()).isEqualTo(UnblockStep.DOWNCONVERT);
    state.callReturned(state.beginDownconvert(PR));
    state.blockingAst(EX);
    assertThat(state.unblock()).as("a downconvert is not cancelled").isEqualTo(UnblockStep.PARK);
    state.lockAst(null, false);
    state.endUnblock();

    assertThat(state.level()).isEqualTo(PR);
    assertThat(state.blocking()).isEqualTo(EX);
    assertThat(state.enqueue()).isTrue();
  }

  /** Fault: an outdated BAST makes the downconvert thread convert up. ocfs2_prepare_downconvert. */
  @Test
  void anOutdatedBastIsForgotten() {
    cacheAt(PR);
    bastAndBegin(PR);

    assertThat(state.unblock()).isEqualTo(UnblockStep.PARK);
    assertThat(state.has(LockFlagBit.BLOCKED)).isFalse();
    assertThat(state.blocking()).isEqualTo(NL);
  }

  /**
   * Fault: a BAST that overtakes the AST of the grant is forgotten: the other node waits for ever.
   */
  @Test
  void aBastBeforeTheAstIsKept() {
    Taker taker = taker(EX);
    state.take(taker);
    state.callReturned(taker.call);
    state.blockingAst(PR);
    assertThat(state.enqueue()).as("an attach is not cancelled").isFalse();
    state.lockAst(null, false);
    assertThat(state.take(taker)).isEqualTo(Taker.Step.GRANTED);
    state.release(EX);

    assertThat(state.enqueue()).isTrue();
  }

  /** Fault: stale metadata after the lock was away. ..._handle_convert_action, NEEDS_REFRESH. */
  @Test
  void leavingNlAsksForRefreshAndPrToExDoesNot() {
    Taker taker = taker(PR);
    state.take(taker);
    state.lockAst(null, true);
    assertThat(state.take(taker)).isEqualTo(Taker.Step.GRANTED);

    assertThat(state.beginRefresh()).isTrue();
    assertThat(state.beginRefresh()).as("one at a time").isFalse();
    state.endRefresh(false);
    assertThat(state.beginRefresh()).as("after a failure").isTrue();
    state.endRefresh(true);
    assertThat(state.beginRefresh()).isFalse();

    Taker stronger = taker(EX);
    state.take(stronger);
    state.lockAst(null, true);
    assertThat(state.has(LockFlagBit.NEEDS_REFRESH)).isFalse();
    assertThat(state.ownsLvb()).isTrue();
  }

  /**
   * Fault: a value block of a node that never read what it describes. ocfs2_unblock_lock, set_lvb.
   */
  @Test
  void anUnrefreshedHolderDoesNotOwnTheValueBlock() {
    Taker taker = taker(EX);
    state.take(taker);
    state.lockAst(null, true);

    assertThat(state.ownsLvb()).isFalse();
  }

  /** Fault: a lock is converted down while its cache is being read. ..., ReQ: Lock Refreshing. */
  @Test
  void noDownconvertWhileRefreshing() {
    Taker taker = taker(PR);
    state.take(taker);
    state.lockAst(null, true);
    state.take(taker);
    state.beginRefresh();
    state.release(PR);
    state.blockingAst(EX);

    assertThat(state.enqueue()).isFalse();
    state.endRefresh(true);
    assertThat(state.enqueue()).isTrue();
  }

  /** Fault: something new is read from a disk that does not have it yet. OCFS2_LOCK_LOCAL. */
  @Test
  void whatIsNewNeedsNoRefresh() {
    int call = state.createNew(EX);
    state.callReturned(call);
    state.lockAst(null, true);

    assertThat(state.has(LockFlagBit.NEEDS_REFRESH)).isFalse();
    assertThat(state.holdCached(EX)).isTrue();
  }

  /** Fault: a lock that goes away is queued and touched again. ocfs2_mark_lockres_freeing. */
  @Test
  void aLockBeingDroppedLeavesTheQueue() {
    cacheAt(EX);
    state.blockingAst(EX);
    assertThat(state.enqueue()).isTrue();
    state.beginDrop();

    assertThat(state.beginUnblock()).isFalse();
    assertThat(state.enqueue()).isFalse();
    assertThatThrownBy(() -> state.take(taker(PR))).isInstanceOf(IllegalStateException.class);
    assertThat(state.beginDropCall()).isTrue();
    assertThat(state.unlockAst(null)).isTrue();
    assertThat(state.level()).isEqualTo(NL);
    assertThat(state.beginDropCall()).as("gone").isFalse();
  }

  /** Fault: a failed call leaves BUSY behind. ocfs2_recover_from_dlm_error. */
  @Test
  void aFailedCallLeavesNothing() {
    Taker taker = taker(EX);
    state.take(taker);
    state.callFailed(taker.call);

    assertThat(state.has(LockFlagBit.BUSY)).isFalse();
    assertThat(state.has(LockFlagBit.PENDING)).isFalse();
    assertThat(state.take(taker(EX))).isEqualTo(Taker.Step.CALL);
  }

  /** Fault: steps that the rules forbid go unnoticed. */
  @Test
  void forbiddenStepsThrow() {
    assertThatThrownBy(() -> state.lockAst(null, false)).hasMessageContaining("AST without a call");
    assertThatThrownBy(() -> state.release(EX)).hasMessageContaining("nobody holds");
    cacheAt(EX);
    assertThatThrownBy(() -> state.beginDownconvert(NL)).hasMessageContaining("not a downconvert");
    state.holdCached(PR);
    state.blockingAst(EX);
    assertThatThrownBy(() -> state.beginDownconvert(NL)).hasMessageContaining("while held");
    state.release(PR);
    state.beginDownconvert(NL);
    assertThatThrownBy(() -> state.beginDownconvert(NL)).hasMessageContaining("two calls at once");
  }
}
