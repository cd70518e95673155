package org.lockstepfs.locks.fsdlm;

import java.util.List;
import org.lockstepfs.locks.mode.LockMode;

/** What must hold after every step of the simulation, and what must hold when it rests. */
final class SimInvariants {
  private static final LockMode[] MODES = LockMode.values();

  private SimInvariants() {}

  static void check(List<SimNode> nodes, List<SimLock.Shared> resources) {
    for (SimLock.Shared shared : resources) {
      levelsAreCompatible(nodes, shared);
      oneMaster(nodes, shared);
    }
  }

  /** Levels that clients rely on are compatible, whatever is on the wire. */
  private static void levelsAreCompatible(List<SimNode> nodes, SimLock.Shared shared) {
    int once = 0;
    int twice = 0;
    for (SimNode node : nodes) {
      for (SimLock lock : node.locks) {
        if (lock.shared == shared && lock.level != LockMode.NL) {
          int bit = 1 << lock.level.ordinal();
          twice |= once & bit;
          once |= bit;
        }
      }
    }
    if (twice == 0 && (once & (once - 1)) == 0) {
      return;
    }
    for (LockMode one : MODES) {
      for (LockMode other : MODES) {
        int held = one == other ? twice : once;
        if ((once >> one.ordinal() & held >> other.ordinal() & 1) != 0
            && !one.compatibleWith(other)) {
          throw new AssertionError(shared.name + ": " + one + " beside " + other);
        }
      }
    }
  }

  private static void oneMaster(List<SimNode> nodes, SimLock.Shared shared) {
    int masters = 0;
    for (SimNode node : nodes) {
      if (node.isUp()) {
        Rsb res = node.engine.inspect().resources.get(shared.name);
        masters += res != null && res.master == node.number ? 1 : 0;
      }
    }
    if (masters > 1) {
      throw new AssertionError(shared.name + ": " + masters + " masters");
    }
  }

  /** All is quiet: masters know exactly the locks that holders have, in the same modes. */
  static void recordsAgree(List<SimNode> nodes) {
    int remote = 0;
    int copies = 0;
    for (SimNode node : nodes) {
      if (node.isUp()) {
        Lockspace ls = node.engine.inspect();
        copies += ls.copies.size();
        for (Lkb lock : ls.locks.values()) {
          remote += recordAgrees(nodes, node.number, lock) ? 1 : 0;
        }
      }
    }
    if (copies != remote) {
      throw new AssertionError(copies + " copies at masters of " + remote + " locks");
    }
  }

  /** Returns whether the lock's master is another node. */
  private static boolean recordAgrees(List<SimNode> nodes, int holder, Lkb lock) {
    int master = lock.res.master;
    if (master == holder) {
      return false;
    }
    SimNode node = nodes.get(master);
    Lkb copy = node.isUp() ? node.engine.inspect().copy(holder, lock.id) : null;
    if (copy == null || copy.mode() != lock.mode() || !copy.isOn(copy.res.granted)) {
      throw new AssertionError("holder has " + lock + ", master " + master + " has " + copy);
    }
    return true;
  }
}
