package org.lockstepfs.locks.o2dlm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;

/**
 * One node's use of one resource, in the manner of dlmglue's lock resource: a cached level,
 * holders, one operation at a time, and the duty to give way.
 */
final class SimLock {
  /** What all nodes together know of a resource: a value that only an EX holder changes. */
  static final class Shared {
    final ResName name;
    long version = 1;
    int freshReads;

    /** Levels that nodes had when they died. */
    final List<DeadHolder> deadHolders = new ArrayList<>();

    /** Nobody else can know the resource before its creator has locked it. */
    boolean known;

    int creator = -1;

    Shared(ResName name, boolean known) {
      this.name = name;
      this.known = known;
    }
  }

  /**
   * A level that a node had when it died.
   *
   * @param death number of the death
   */
  record DeadHolder(int death, LockMode level) {}

  final Shared shared;
  final byte[] lvb = Lvb.empty();
  DlmLock lock;

  /** The level that this node may rely on: raised by an AST, lowered when giving up begins. */
  LockMode level = LockMode.NL;

  LockMode wanted;
  boolean busy;
  boolean unlocking;
  boolean cancelling;
  boolean readsLvb;
  boolean held;

  /** Strongest mode that others were said to wait for; null if nobody waits. */
  LockMode blocking;

  SimLock(Shared shared) {
    this.shared = shared;
  }

  /** Its node died. */
  void forget(int death) {
    if (level != LockMode.NL) {
      shared.deadHolders.add(new DeadHolder(death, level));
    }
    lock = null;
    level = LockMode.NL;
    busy = false;
    unlocking = false;
    cancelling = false;
    held = false;
    blocking = null;
    shared.known = true;
  }

  /** The highest level that may be kept while somebody waits for {@code other}. */
  static LockMode keepBeside(LockMode other) {
    return other == LockMode.EX ? LockMode.NL : other == LockMode.PR ? LockMode.PR : LockMode.EX;
  }

  boolean mustGiveWay() {
    return blocking != null && level.strongerThan(keepBeside(blocking));
  }

  /** Whoever holds EX may change the value; the change reaches others in the value block. */
  void writeLvb() {
    shared.version++;
    ByteBuffer.wrap(lvb).putLong(0, shared.version);
  }

  void checkLvb() {
    long seen = ByteBuffer.wrap(lvb).getLong(0);
    if (seen == shared.version) {
      shared.freshReads++;
    } else if (seen != 0) {
      throw new AssertionError(
          shared.name + ": stale value block " + seen + ", last written " + shared.version);
    }
  }
}
