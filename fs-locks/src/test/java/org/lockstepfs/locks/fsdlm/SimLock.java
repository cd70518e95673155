package org.lockstepfs.locks.fsdlm;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/** One lock of a simulated client: what it asked for, and what it may rely on. */
final class SimLock {
  /** What all nodes together know of a resource. */
  static final class Shared {
    final ResName name;

    /** The value that was written last, by whoever gave PW or EX up in order. */
    long version;

    /** A writer died, or said so: the last value must not be trusted until the next write. */
    boolean tainted;

    int freshReads;

    Shared(ResName name) {
      this.name = name;
    }
  }

  final Shared shared;
  final byte[] lvb = Lvb.empty();
  Lkb lock;

  /** The level that the client relies on: raised by an AST, lowered when giving up begins. */
  LockMode level = LockMode.NL;

  LockMode from;
  LockMode wanted;
  boolean busy;
  boolean unlocking;
  boolean cancelling;
  boolean valblk;

  /** What the value was before the operation, which may fail. */
  long versionBefore;

  boolean taintedBefore;
  boolean wrote;

  /** Bit set of modes that others were said to wait for. */
  int blocking;

  SimLock(Shared shared) {
    this.shared = shared;
  }

  /** The node died; a writer takes the value's credit with it. */
  void crash() {
    if (level.ordinal() >= LockMode.PW.ordinal()) {
      shared.tainted = true;
    }
    forget();
  }

  void forget() {
    lock = null;
    level = LockMode.NL;
    busy = false;
    unlocking = false;
    cancelling = false;
    blocking = 0;
    wrote = false;
  }

  boolean isWriter() {
    return lock.isHeld() && lock.mode().ordinal() >= LockMode.PW.ordinal();
  }

  void writeLvb() {
    shared.version++;
    shared.tainted = false;
    ByteBuffer.wrap(lvb).putLong(0, shared.version);
  }

  void remember() {
    versionBefore = shared.version;
    taintedBefore = shared.tainted;
  }

  /** The operation has failed, so it has not written either. */
  void takeBack() {
    shared.version = versionBefore;
    shared.tainted = taintedBefore;
  }

  /** Only a mode that keeps writers out makes sure that what was read is the latest. */
  void checkLvb(boolean invalid) {
    long seen = ByteBuffer.wrap(lvb).getLong(0);
    if (invalid || seen == 0 || wanted.ordinal() < LockMode.CW.ordinal()) {
      return;
    }
    if (seen != shared.version || shared.tainted) {
      throw new AssertionError(
          shared.name
              + ": trusts value "
              + seen
              + ", last written "
              + shared.version
              + (shared.tainted ? ", lost with its writer" : ""));
    }
    shared.freshReads++;
  }

  boolean mustGiveWay() {
    if (lock == null || !lock.isHeld()) {
      return false;
    }
    for (LockMode mode : LockMode.values()) {
      if ((blocking >> mode.ordinal() & 1) != 0 && !mode.compatibleWith(lock.mode())) {
        return true;
      }
    }
    return false;
  }

  /** The strongest mode below the present that is compatible with whoever waits. */
  LockMode giveWayTo() {
    LockMode best = LockMode.NL;
    for (LockMode mode : LockMode.values()) {
      boolean free = lock.mode().strongerThan(mode) && !Lkb.isMiddle(lock.mode(), mode);
      for (LockMode other : LockMode.values()) {
        free &= (blocking >> other.ordinal() & 1) == 0 || mode.compatibleWith(other);
      }
      best = free ? mode : best;
    }
    return best;
  }

  void forgetSatisfied() {
    for (LockMode mode : LockMode.values()) {
      if (mode.compatibleWith(lock.mode())) {
        blocking &= ~(1 << mode.ordinal());
      }
    }
  }
}
