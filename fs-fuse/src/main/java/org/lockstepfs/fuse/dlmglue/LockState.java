package org.lockstepfs.fuse.dlmglue;

import static org.lockstepfs.locks.mode.LockMode.EX;
import static org.lockstepfs.locks.mode.LockMode.NL;
import static org.lockstepfs.locks.mode.LockMode.PR;

import java.util.EnumSet;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.lockstepfs.locks.mode.LockMode;

/**
 * The rules of one cluster lock, without thread, wait or call: every method is one step that the
 * caller makes atomic. A step that the rules forbid throws {@link IllegalStateException}.
 *
 * <p>Always true: BUSY means exactly one outstanding call, PENDING implies BUSY, a cancel is sent
 * only for a conversion that is BUSY and not PENDING; holders never exceed the level.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c; each method names its counterpart.
 */
final class LockState {
  private static final int ATTACHED = LockFlagBit.ATTACHED.mask;
  private static final int BUSY = LockFlagBit.BUSY.mask;
  private static final int PENDING = LockFlagBit.PENDING.mask;
  private static final int BLOCKED = LockFlagBit.BLOCKED.mask;
  private static final int QUEUED = LockFlagBit.QUEUED.mask;
  private static final int UNBLOCKING = LockFlagBit.UNBLOCKING.mask;
  private static final int NEEDS_REFRESH = LockFlagBit.NEEDS_REFRESH.mask;
  private static final int REFRESHING = LockFlagBit.REFRESHING.mask;
  private static final int UPCONVERT_FINISHING = LockFlagBit.UPCONVERT_FINISHING.mask;
  private static final int NONBLOCK_FINISHED = LockFlagBit.NONBLOCK_FINISHED.mask;
  private static final int LOCAL = LockFlagBit.LOCAL.mask;
  private static final int FREEING = LockFlagBit.FREEING.mask;

  /** While none of these is set, a level that is cached may be taken without further thought. */
  private static final int SLOW =
      BUSY | BLOCKED | UPCONVERT_FINISHING | NEEDS_REFRESH | REFRESHING | FREEING;

  private int flags;
  private int pendingGen;
  private int roHolders;
  private int exHolders;
  private LockMode level = NL;
  private LockMode requested = NL;
  private LockMode blocking = NL;
  private LockAction action = LockAction.NONE;
  private UnlockAction unlockAction = UnlockAction.NONE;
  private Errno callError;

  /** Makes it as it is on a volume of one node: granted for ever. */
  void grantForEver(boolean requiresRefresh) {
    level = EX;
    flags = requiresRefresh ? NEEDS_REFRESH : 0;
  }

  boolean has(LockFlagBit flag) {
    return (flags & flag.mask) != 0;
  }

  LockMode level() {
    return level;
  }

  LockMode blocking() {
    return blocking;
  }

  LockAction action() {
    return action;
  }

  UnlockAction unlockAction() {
    return unlockAction;
  }

  boolean hasHolders() {
    return roHolders + exHolders != 0;
  }

  private boolean has(int mask) {
    return (flags & mask) != 0;
  }

  /** The strongest mode that may stay when another node wants {@code wanted}. */
  static LockMode highestCompatible(LockMode wanted) {
    return switch (wanted) {
      case EX, PW -> NL;
      case PR, CW -> PR;
      default -> EX;
    };
  }

  /** Takes a level that is cached and undisputed; the only step on the hot path. */
  boolean holdCached(LockMode wanted) {
    if (has(SLOW) || wanted.strongerThan(level)) {
      return false;
    }
    addHolder(wanted);
    return true;
  }

  private void addHolder(LockMode wanted) {
    if (wanted == EX) {
      exHolders++;
    } else {
      roHolders++;
    }
  }

  /** One attempt of a taker: __ocfs2_cluster_lock from "again". */
  Taker.Step take(Taker taker) {
    require(!has(FREEING), "taken while being dropped");
    boolean tooLow = taker.wanted.strongerThan(level);
    if (tooLow && has(BUSY | UNBLOCKING)) {
      // UNBLOCKING: a cancel that is on its way to the cluster must not meet the next conversion.
      return Taker.Step.WAIT;
    }
    boolean unusedGrant = has(UPCONVERT_FINISHING) && !tooLow;
    if (!unusedGrant && has(BLOCKED) && taker.wanted.strongerThan(highestCompatible(blocking))) {
      // A taker that holds the lock already, as a deleter holds OPEN, would wait for itself.
      return taker.wait == LockWait.NOQUEUE ? Taker.Step.REFUSED : Taker.Step.WAIT;
    }
    if (tooLow) {
      if (taker.wait == LockWait.NOQUEUE && taker.call != 0) {
        return Taker.Step.REFUSED;
      }
      taker.call = beginCall(taker.wanted, has(ATTACHED) ? LockAction.CONVERT : LockAction.ATTACH);
      return Taker.Step.CALL;
    }
    flags &= ~UPCONVERT_FINISHING;
    addHolder(taker.wanted);
    return Taker.Step.GRANTED;
  }

  /** Whether the call that is out is this taker's own, so that it must see it through. */
  boolean callIsOut(Taker taker) {
    return has(BUSY) && taker.call == pendingGen && taker.call != 0;
  }

  /** Returns, once, what the taker's own call failed with; null if it did not. */
  Errno takeError(Taker taker) {
    if (callError == null || taker.call != pendingGen) {
      return null;
    }
    Errno error = callError;
    callError = null;
    return error;
  }

  /** A taker that must not wait goes; its call, if it is out, goes on for nobody in particular. */
  void giveUp(Taker taker) {
    if (callIsOut(taker)) {
      flags |= NONBLOCK_FINISHED;
    }
  }

  /** Returns whether the cluster knows nothing of this lock. */
  boolean isUnknown() {
    return !has(ATTACHED | BUSY);
  }

  /** Begins to make the lock of something new: ocfs2_create_new_lock. */
  int createNew(LockMode newLevel) {
    require(!has(ATTACHED | BUSY), "made twice");
    flags |= LOCAL | NONBLOCK_FINISHED;
    return beginCall(newLevel, LockAction.ATTACH);
  }

  /** Begins to make the lock at NL, where it stands in nobody's way. */
  int attach() {
    require(!has(ATTACHED | BUSY), "made twice");
    flags |= NONBLOCK_FINISHED;
    return beginCall(NL, LockAction.ATTACH);
  }

  private int beginCall(LockMode newLevel, LockAction newAction) {
    require(!has(BUSY | PENDING), "two calls at once");
    require(
        action == LockAction.NONE && unlockAction == UnlockAction.NONE, "an action is left over");
    action = newAction;
    requested = newLevel;
    callError = null;
    flags |= BUSY | PENDING;
    return ++pendingGen;
  }

  /** The lock call of this generation has returned: lockres_clear_pending. */
  void callReturned(int generation) {
    if (generation == pendingGen) {
      flags &= ~PENDING;
    }
  }

  /** The lock call of this generation has failed, no AST comes: ocfs2_recover_from_dlm_error. */
  void callFailed(int generation) {
    require(has(BUSY) && generation == pendingGen, "a call failed that is not out");
    endCall();
  }

  private void endCall() {
    flags &= ~(BUSY | PENDING | NONBLOCK_FINISHED | LOCAL);
    action = LockAction.NONE;
    if (unlockAction == UnlockAction.CANCEL_CONVERT) {
      unlockAction = UnlockAction.NONE;
    }
  }

  void release(LockMode held) {
    if (held == EX) {
      require(exHolders > 0, "EX released that nobody holds");
      exHolders--;
    } else {
      require(held == PR && roHolders > 0, "PR released that nobody holds");
      roHolders--;
    }
  }

  /**
   * A lock call has completed: ocfs2_locking_ast.
   *
   * @param error null, EAGAIN, ECANCELED, or a failure that the caller of the lock shall see
   */
  void lockAst(Errno error, boolean requiresRefresh) {
    require(has(BUSY) && action != LockAction.NONE, "AST without a call");
    if (error == null) {
      switch (action) {
        case ATTACH -> upconverted(requiresRefresh && !has(LOCAL));
        case CONVERT -> upconverted(requiresRefresh);
        case DOWNCONVERT -> downconverted();
        default -> throw new IllegalStateException("AST without a call");
      }
      flags |= ATTACHED;
    } else if (error != Errno.EAGAIN && error != Errno.ECANCELED) {
      callError = error;
    }
    endCall();
  }

  private void upconverted(boolean requiresRefresh) {
    if (level == NL && requested != NL && requiresRefresh) {
      flags |= NEEDS_REFRESH;
    }
    level = requested;
    if (!has(NONBLOCK_FINISHED)) {
      flags |= UPCONVERT_FINISHING;
    }
  }

  private void downconverted() {
    require(has(BLOCKED) && blocking != NL, "converted down for nobody");
    level = requested;
    if (!level.strongerThan(highestCompatible(blocking))) {
      unblocked();
    }
  }

  private void unblocked() {
    blocking = NL;
    flags &= ~BLOCKED;
  }

  /** Another node wants the lock: ocfs2_generic_handle_bast. */
  void blockingAst(LockMode wanted) {
    LockMode compatible = highestCompatible(wanted);
    if (compatible == EX || !has(ATTACHED | BUSY)) {
      return;
    }
    if (highestCompatible(blocking).strongerThan(compatible)) {
      blocking = compatible == NL ? EX : PR;
      flags |= BLOCKED;
    }
  }

  /**
   * An unlock or cancel has completed: ocfs2_unlock_ast.
   *
   * <p>A cancel may have come too late for the conversion that it was meant for, and have met the
   * next one: success always means that nothing is out any more.
   *
   * @return whether a call was out that this could belong to
   */
  boolean unlockAst(Errno error) {
    if (unlockAction == UnlockAction.DROP_LOCK) {
      unlockAction = UnlockAction.NONE;
      level = NL;
      flags &= ~BUSY;
      return true;
    }
    boolean expected = unlockAction == UnlockAction.CANCEL_CONVERT;
    unlockAction = UnlockAction.NONE;
    if (error == null && has(BUSY)) {
      endCall();
      return true;
    }
    return expected;
  }

  /**
   * The cancel call was refused, no unlock AST comes; the conversion it was for may end any time.
   */
  void cancelFailed() {
    if (unlockAction == UnlockAction.CANCEL_CONVERT) {
      unlockAction = UnlockAction.NONE;
    }
  }

  /** Puts the lock on the downconvert queue if there is something to do that can be done now. */
  boolean enqueue() {
    if (!has(BLOCKED) || has(FREEING | QUEUED | UNBLOCKING) || !canUnblock()) {
      return false;
    }
    flags |= QUEUED;
    return true;
  }

  /** Takes the lock off the queue; false if there is no more reason to look at it. */
  boolean beginUnblock() {
    if (!has(QUEUED)) {
      return false;
    }
    flags = (flags & ~QUEUED) | UNBLOCKING;
    return true;
  }

  void endUnblock() {
    flags &= ~UNBLOCKING;
  }

  private boolean canCancel() {
    return has(BUSY)
        && !has(PENDING)
        && action == LockAction.CONVERT
        && unlockAction == UnlockAction.NONE;
  }

  /**
   * Begins to take the outstanding upconvert back, if there is one: ocfs2_prepare_cancel_convert.
   */
  boolean beginCancel() {
    if (!canCancel()) {
      return false;
    }
    unlockAction = UnlockAction.CANCEL_CONVERT;
    return true;
  }

  private boolean canUnblock() {
    if (has(BUSY)) {
      return canCancel();
    }
    if (has(UPCONVERT_FINISHING | REFRESHING)) {
      return false;
    }
    return exHolders == 0 && (blocking != EX || roHolders == 0);
  }

  /** Decides about a blocked lock: ocfs2_unblock_lock. */
  UnblockStep unblock() {
    if (!has(BLOCKED) || has(FREEING) || !canUnblock()) {
      return UnblockStep.PARK;
    }
    if (beginCancel()) {
      return UnblockStep.CANCEL;
    }
    if (!level.strongerThan(highestCompatible(blocking))) {
      unblocked();
      return UnblockStep.PARK;
    }
    return UnblockStep.DOWNCONVERT;
  }

  LockMode downconvertLevel() {
    return highestCompatible(blocking);
  }

  /** Begins the downconvert: ocfs2_prepare_downconvert. */
  int beginDownconvert(LockMode newLevel) {
    require(has(BLOCKED) && level.strongerThan(newLevel), "not a downconvert");
    require(exHolders == 0 && (newLevel != NL || roHolders == 0), "converted down while held");
    return beginCall(newLevel, LockAction.DOWNCONVERT);
  }

  /**
   * Whether the value block must be written now: the level is EX, and what the lock protects was
   * read since; else the block as it came from the cluster still holds.
   */
  boolean ownsLvb() {
    return level == EX && !has(NEEDS_REFRESH);
  }

  /** Becomes the one taker that refreshes; false if there is no need, or another one is at it. */
  boolean beginRefresh() {
    if (!has(NEEDS_REFRESH) || has(REFRESHING)) {
      return false;
    }
    flags |= REFRESHING;
    return true;
  }

  void endRefresh(boolean succeeded) {
    flags &= succeeded ? ~(REFRESHING | NEEDS_REFRESH) : ~REFRESHING;
  }

  /** From now on nobody takes it and nobody converts it down: ocfs2_mark_lockres_freeing. */
  void beginDrop() {
    flags = (flags | FREEING) & ~QUEUED;
  }

  /**
   * Begins the unlock call of the drop: ocfs2_drop_lock.
   *
   * @return false if the cluster knows nothing of this lock
   */
  boolean beginDropCall() {
    require(has(FREEING) && !has(BUSY | UNBLOCKING), "dropped while busy");
    require(!hasHolders(), "dropped while held");
    if (!has(ATTACHED)) {
      return false;
    }
    flags = (flags & ~(ATTACHED | NEEDS_REFRESH)) | BUSY;
    unlockAction = UnlockAction.DROP_LOCK;
    return true;
  }

  private void require(boolean condition, String fault) {
    if (!condition) {
      throw new IllegalStateException(fault + ": " + this);
    }
  }

  @Override
  public String toString() {
    Set<LockFlagBit> set = EnumSet.noneOf(LockFlagBit.class);
    for (LockFlagBit flag : LockFlagBit.values()) {
      if (has(flag)) {
        set.add(flag);
      }
    }
    return String.format(
        "level %s requested %s blocking %s holders PR %d EX %d action %s/%s gen %d %s",
        level, requested, blocking, roHolders, exHolders, action, unlockAction, pendingGen, set);
  }
}
