package org.lockstepfs.fuse.dlmglue;

import static org.lockstepfs.locks.mode.LockMode.EX;
import static org.lockstepfs.locks.mode.LockMode.NL;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;

/**
 * A cluster lock without threads: what {@link LockRes} and {@link Downconverter} do, one step at a
 * time, around the same {@link MonitoredLock} and {@link LockState}. Where they wait, a
 * continuation is kept; where they go on, the next step is left to the simulator, which orders them
 * at will.
 */
public final class SteppedLock extends MonitoredLock {

  /** The node around the lock. */
  public interface Node {
    /** Starts a request or a conversion; the engine gets to it in its own time, in order. */
    void lock(SteppedLock lock, LockMode mode, Set<LockFlag> flags);

    /** Starts an unlock or a cancel, in order with the locks. */
    void unlock(SteppedLock lock, Set<LockFlag> flags);

    /** Runs a step some time. */
    void later(Runnable step);

    /** Returns whether a call counts as out until it has returned; false breaks a rule. */
    boolean knowsPending();

    /** Returns whether a change wakes who waits for it; false breaks a rule. */
    boolean wakes();
  }

  /** What the lock protects. */
  public interface Owner extends LockOps {
    /** As {@link LockOps#refresh}; goes on with {@code done}. */
    void refresh(byte[] lvb, Runnable done);

    /** As {@link LockOps#checkpoint}; goes on with {@code done}. */
    void checkpoint(Runnable done);
  }

  private record Waiting(Taker taker, Consumer<Boolean> done) {}

  private final Node node;
  private final Owner owner;
  private final List<Waiting> takers = new ArrayList<>();
  private final List<Runnable> readers = new ArrayList<>();
  private LockMode lowering = NL;
  private int callsOut;
  private boolean reachedEngine;
  private boolean waking;
  private Runnable dropped;

  /** Makes a lock that the cluster knows nothing of. */
  public SteppedLock(DlmGlue glue, LockType type, String name, Node node, Owner owner) {
    super(glue, type, LockId.of(name), owner);
    this.node = node;
    this.owner = owner;
    lksb = new Lksb(this);
  }

  // Users.

  /** As {@link LockRes#lock}; goes on with whether the lock is held. */
  public void take(LockMode wanted, boolean noQueue, Consumer<Boolean> done) {
    if (state.holdCached(wanted)) {
      done.accept(true);
      return;
    }
    takers.add(new Waiting(new Taker(wanted, noQueue ? LockWait.NOQUEUE : LockWait.WAIT), done));
    serveTakers();
  }

  private void serveTakers() {
    waking = false;
    for (Waiting one : List.copyOf(takers)) {
      if (takers.contains(one)) {
        attempt(one);
      }
    }
    if (!state.has(LockFlagBit.REFRESHING)) {
      List<Runnable> all = List.copyOf(readers);
      readers.clear();
      all.forEach(Runnable::run);
    }
    if (dropped != null) {
      drop(dropped);
    }
  }

  private void attempt(Waiting one) {
    Errno error = state.takeError(one.taker);
    if (error != null) {
      throw new AssertionError(this + " was refused with " + error);
    }
    switch (state.take(one.taker)) {
      case WAIT -> {}
      case GRANTED -> {
        takers.remove(one);
        changed();
        refreshIfNeeded(one.done);
      }
      case REFUSED -> {
        takers.remove(one);
        one.done.accept(false);
      }
      case CALL -> {
        boolean noQueue = one.taker.wait == LockWait.NOQUEUE;
        call(one.taker.wanted, callFlags(noQueue), one.taker.call);
      }
    }
  }

  private void refreshIfNeeded(Consumer<Boolean> done) {
    if (state.has(LockFlagBit.REFRESHING)) {
      readers.add(() -> refreshIfNeeded(done));
    } else if (!state.beginRefresh()) {
      done.accept(true);
    } else {
      owner.refresh(
          lksb.lvbValid() && type().usesLvb() ? lksb.lvb() : null,
          () -> {
            state.endRefresh(true);
            changed();
            done.accept(true);
          });
    }
  }

  /** As {@link LockRes#unlock}. */
  public void release(LockMode held) {
    state.release(held);
    if (state.has(LockFlagBit.BLOCKED)) {
      changed();
    }
  }

  /** As {@link LockRes#drop}; what it protects is on the disk already. */
  public void drop(Runnable done) {
    dropped = null;
    if (!state.has(LockFlagBit.FREEING)) {
      state.beginDrop();
    }
    if (state.has(LockFlagBit.UNBLOCKING) || state.has(LockFlagBit.BUSY)) {
      dropped = done;
      return;
    }
    prepareLvb();
    if (!state.beginDropCall()) {
      done.run();
      return;
    }
    lowering = NL;
    callsOut++;
    dropped = done;
    node.unlock(
        this, type().usesLvb() ? EnumSet.of(LockFlag.VALBLK) : EnumSet.noneOf(LockFlag.class));
  }

  // The downconvert thread.

  @Override
  void changed() {
    if (!waking && node.wakes()) {
      waking = true;
      node.later(this::serveTakers);
    }
    if (state.enqueue()) {
      node.later(this::serve);
    }
  }

  private void serve() {
    if (beginUnblock()) {
      decide();
    }
  }

  private void decide() {
    switch (unblock()) {
      case PARK -> endUnblock();
      case CANCEL -> {
        cancelConvert();
        endUnblock();
      }
      case DOWNCONVERT -> {
        if (ownerAgrees()) {
          LockMode preparedFor = blocking();
          node.later(() -> convertDown(preparedFor));
        } else {
          owner.checkpoint(() -> node.later(this::decide));
        }
      }
    }
  }

  private void convertDown(LockMode preparedFor) {
    try {
      if (downconvert(preparedFor)) {
        endUnblock();
      } else {
        decide();
      }
    } catch (ErrnoException e) {
      throw new AssertionError(e);
    }
  }

  // Calls.

  @Override
  void call(LockMode mode, Set<LockFlag> flags, int generation) {
    callsOut++;
    reachedEngine = false;
    if (state.action() == LockAction.DOWNCONVERT) {
      lowering = mode;
    }
    if (!node.knowsPending()) {
      state.callReturned(generation);
    }
    node.later(
        () -> {
          node.lock(this, mode, flags);
          reachedEngine = true;
          node.later(
              () -> {
                state.callReturned(generation);
                changed();
              });
        });
  }

  @Override
  void cancelConvert() {
    if (!reachedEngine) {
      throw new AssertionError("a cancel is sent while the call is pending: " + this);
    }
    node.unlock(this, EnumSet.of(LockFlag.CANCEL));
  }

  /** A lock call has completed; null for success, EAGAIN for a refusal. */
  public void completed(Errno error) {
    callsOut--;
    lksb.status(error);
    lockAst(error);
  }

  /** Another node wants the lock. */
  public void blocks(LockMode wanted) {
    blockingAst(wanted);
  }

  /** An unlock or a cancel has succeeded. */
  public void unlocked() {
    if (state.has(LockFlagBit.BUSY)) {
      callsOut--;
    }
    unlockAst(null);
    if (dropped != null && !state.has(LockFlagBit.BUSY)) {
      Runnable done = dropped;
      dropped = null;
      done.run();
    }
  }

  // Checks.

  /** Returns the level that this node may rely on: what it has begun to give up is gone. */
  public LockMode relied() {
    boolean giving =
        state.unlockAction() == UnlockAction.DROP_LOCK
            || state.has(LockFlagBit.BUSY) && state.action() == LockAction.DOWNCONVERT;
    return giving ? lowering : state.level();
  }

  /** Returns the status block. */
  public Lksb lksb() {
    return lksb;
  }

  /** Returns the value block. */
  public byte[] lvb() {
    return lksb.lvb();
  }

  /** Returns the engine's lock. */
  public Object handle() {
    return lksb.pluginHandle();
  }

  /** Sets the engine's lock. */
  public void handle(Object handle) {
    lksb.pluginHandle(handle);
  }

  /** BUSY means one outstanding call, PENDING implies BUSY. */
  public void checkCalls() {
    boolean busy = state.has(LockFlagBit.BUSY);
    if (callsOut != (busy ? 1 : 0) || state.has(LockFlagBit.PENDING) && !busy) {
      throw new AssertionError(callsOut + " calls are out for " + this);
    }
  }

  /** Returns whether nobody waits for it and nothing is under way; it may be held. */
  public boolean isQuiet() {
    return takers.isEmpty()
        && readers.isEmpty()
        && callsOut == 0
        && !state.has(LockFlagBit.UNBLOCKING)
        && !state.has(LockFlagBit.QUEUED);
  }

  /** Returns whether a writer's changes may be under it. */
  public boolean isWritable() {
    return relied() == EX;
  }
}
