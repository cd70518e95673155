package org.lockstepfs.locks.fsdlm;

import java.util.Arrays;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.LvbDirection;
import org.lockstepfs.locks.sim.SeededScheduler;

/** Uses a node's locks at random: requests, converts, cancels, unlocks, and gives way if asked. */
final class SimClient {
  private static final LockMode[] MODES = LockMode.values();

  private final SimNode node;
  private final SeededScheduler scheduler;

  SimClient(SimNode node, SeededScheduler scheduler) {
    this.node = node;
    this.scheduler = scheduler;
  }

  void ended(SimLock lock, Effect.Ast ast) {
    check(lock.busy, ast);
    switch (ast.status()) {
      case SUCCESS -> granted(lock, ast);
      case EUNLOCK -> check(lock.unlocking && ast.mode() == null, ast);
      case ECANCEL -> check(lock.cancelling, ast);
      case EAGAIN, EDEADLK -> {}
      default -> check(false, ast);
    }
    if (lock.wrote && ast.status() != FsDlmStatus.SUCCESS) {
      lock.takeBack();
    }
    lock.wrote = false;
    // A forced unlock may let the operation that it overtook end first.
    boolean unlockComes = lock.unlocking && ast.mode() != null;
    lock.busy = unlockComes;
    lock.cancelling &= unlockComes;
    if (ast.mode() == null) {
      lock.forget();
    } else if (!unlockComes) {
      lock.level = ast.mode();
      lock.forgetSatisfied();
    }
  }

  private void granted(SimLock lock, Effect.Ast ast) {
    check(ast.mode() == lock.wanted, ast);
    LockMode before = ast.demoted() ? LockMode.NL : lock.from;
    if (!lock.unlocking
        && lock.valblk
        && LvbDirection.of(before, lock.wanted) == LvbDirection.TO_CALLER) {
      lock.checkLvb(ast.lvbInvalid());
    }
  }

  private void check(boolean condition, Object what) {
    if (!condition) {
      throw new AssertionError("node " + node.number + " did not expect " + what);
    }
  }

  /** Does something; returns false if nothing came to mind. */
  boolean act() {
    if (!node.isUp() || node.leaving) {
      return false;
    }
    SimLock lock = scheduler.pick(node.locks);
    node.engine.tick(scheduler.nowMs());
    boolean acted = lock.busy ? actWhileBusy(lock) : actWhileIdle(lock);
    node.drain();
    return acted;
  }

  private boolean actWhileBusy(SimLock lock) {
    int dice = scheduler.below(100);
    if (dice < (lock.mustGiveWay() ? 40 : 6)) {
      return cancel(lock);
    }
    if (dice >= 98 && !lock.unlocking && !lock.wrote && lock.lock != null) {
      unlock(lock, Lkf.FORCEUNLOCK);
      return true;
    }
    return false;
  }

  private boolean cancel(SimLock lock) {
    if (lock.unlocking || lock.cancelling || lock.lock == null) {
      return false;
    }
    scheduler.trace(() -> node.number + ": cancel " + lock.lock);
    lock.cancelling = true;
    node.engine.cancel(lock.lock);
    return true;
  }

  private boolean actWhileIdle(SimLock lock) {
    if (lock.lock == null) {
      request(lock);
    } else if (lock.mustGiveWay()) {
      return giveWay(lock);
    } else if (scheduler.chance(20)) {
      unlock(lock, 0);
    } else {
      return convert(lock, MODES[scheduler.below(MODES.length)]);
    }
    return true;
  }

  private int someFlags() {
    int flags = scheduler.chance(80) ? Lkf.VALBLK : 0;
    flags |= scheduler.chance(50) ? Lkf.NODLCKWT : 0;
    if (scheduler.chance(20)) {
      flags |= Lkf.NOQUEUE | (scheduler.chance(50) ? Lkf.NOQUEUEBAST : 0);
    }
    return flags | (scheduler.chance(5) ? Lkf.NOORDER : 0);
  }

  private void request(SimLock lock) {
    int flags = someFlags();
    lock.wanted = MODES[scheduler.below(MODES.length)];
    if (lock.wanted == LockMode.NL && scheduler.chance(50)) {
      flags = (flags & ~(Lkf.NOQUEUE | Lkf.NOQUEUEBAST)) | Lkf.EXPEDITE;
    }
    lock.from = null;
    lock.busy = true;
    lock.valblk = (flags & Lkf.VALBLK) != 0;
    Arrays.fill(lock.lvb, (byte) 0);
    scheduler.trace(() -> node.number + ": lock " + lock.shared.name + " " + lock.wanted);
    lock.lock = node.engine.lock(lock.wanted, flags, lock.shared.name, lock.lvb, lock);
    if (!lock.busy) {
      lock.lock = null;
    }
  }

  private boolean convert(SimLock lock, LockMode mode) {
    int flags = someFlags();
    LockMode held = lock.lock.mode();
    boolean up = mode.strongerThan(held) || Lkb.isMiddle(held, mode);
    if ((flags & Lkf.NOQUEUE) == 0 && scheduler.chance(20)) {
      flags |= Lkf.CONVDEADLK;
    }
    flags |= up && scheduler.chance(10) ? Lkf.QUECVT : 0;
    convert(lock, mode, flags);
    return true;
  }

  private void convert(SimLock lock, LockMode mode, int someFlags) {
    LockMode held = lock.lock.mode();
    int flags = prepareWrite(lock, LvbDirection.of(held, mode), someFlags);
    LockMode level = lock.level;
    lock.level = reliedOn(held, mode, flags);
    lock.from = held;
    lock.wanted = mode;
    lock.valblk = (flags & Lkf.VALBLK) != 0;
    scheduler.trace(() -> node.number + ": convert " + lock.lock + " to " + mode + " " + flags);
    FsDlmStatus status = node.engine.convert(lock.lock, mode, flags);
    if (status == FsDlmStatus.EBUSY) {
      lock.level = level;
    } else {
      check(status == FsDlmStatus.SUCCESS, status);
      lock.busy = true;
    }
  }

  /** A mode that the conversion may take away is not relied on from its beginning. */
  private static LockMode reliedOn(LockMode held, LockMode mode, int flags) {
    if (Lkb.isMiddle(held, mode)) {
      return (flags & Lkf.CONVDEADLK) != 0 ? LockMode.NL : LockMode.CR;
    }
    if (held.strongerThan(mode)) {
      return mode;
    }
    return (flags & Lkf.CONVDEADLK) != 0 ? LockMode.NL : held;
  }

  private int prepareWrite(SimLock lock, LvbDirection direction, int flags) {
    // The engine refuses what it is busy with; a value that it never saw was not written.
    if (direction != LvbDirection.TO_RESOURCE || !lock.lock.isIdle()) {
      return flags;
    }
    lock.remember();
    lock.wrote = true;
    if (scheduler.chance(10)) {
      lock.shared.tainted = true;
      return flags | Lkf.IVVALBLK;
    }
    if ((flags & Lkf.VALBLK) != 0) {
      lock.writeLvb();
    }
    return flags;
  }

  private void unlock(SimLock lock, int forced) {
    int flags = forced;
    if (forced == 0) {
      flags |= scheduler.chance(80) ? Lkf.VALBLK : 0;
      LvbDirection direction = lock.isWriter() ? LvbDirection.TO_RESOURCE : LvbDirection.NONE;
      flags = prepareWrite(lock, direction, flags);
      lock.wrote = false;
    }
    scheduler.trace(() -> node.number + ": unlock " + lock.lock + (forced == 0 ? "" : " forced"));
    LockMode level = lock.level;
    lock.level = LockMode.NL;
    boolean wasBusy = lock.busy;
    lock.unlocking = true;
    lock.busy = true;
    FsDlmStatus status = node.engine.unlock(lock.lock, flags);
    if (status == FsDlmStatus.EBUSY) {
      lock.level = level;
      lock.unlocking = false;
      lock.busy = wasBusy;
    } else {
      check(status == FsDlmStatus.SUCCESS, status);
    }
  }

  private boolean giveWay(SimLock lock) {
    if (!lock.lock.isIdle()) {
      return false;
    }
    if (scheduler.chance(20)) {
      unlock(lock, 0);
    } else {
      convert(lock, lock.giveWayTo(), Lkf.VALBLK);
    }
    return true;
  }

  /** Gives way where asked, and goes on with leaving; returns whether there was anything to do. */
  boolean settleDown() {
    boolean acted = false;
    for (SimLock lock : node.locks) {
      if (!node.isUp() || lock.lock == null) {
        continue;
      }
      if (!lock.busy && node.leaving) {
        boolean idle = lock.lock.isIdle();
        unlock(lock, 0);
        acted |= idle;
      } else if (!lock.busy && lock.mustGiveWay()) {
        acted |= giveWay(lock);
      } else if (lock.busy && (lock.mustGiveWay() || node.leaving)) {
        acted |= cancel(lock);
      }
      node.drain();
    }
    return acted;
  }
}
