package org.lockstepfs.locks.fsdlm;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;

/** What must hold after every step of the simulation, and what must hold when it rests. */
public final class SimInvariants {
  private static final LockMode[] MODES = LockMode.values();

  private SimInvariants() {}

  static void check(List<SimNode> nodes, List<SimLock.Shared> resources) {
    List<FsDlm> engines = engines(nodes);
    for (SimLock.Shared shared : resources) {
      levelsAreCompatible(nodes, shared);
      oneMaster(engines, shared.name);
    }
  }

  private static List<FsDlm> engines(List<SimNode> nodes) {
    return nodes.stream().filter(SimNode::isUp).map(node -> node.engine).toList();
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

  /** One node at most takes itself for the master. */
  public static void oneMaster(List<FsDlm> engines, ResName name) {
    int masters = 0;
    for (FsDlm engine : engines) {
      Rsb res = engine.inspect().resources.get(name);
      masters += res != null && res.master == engine.inspect().self ? 1 : 0;
    }
    if (masters > 1) {
      throw new AssertionError(name + ": " + masters + " masters");
    }
  }

  static void recordsAgree(List<SimNode> nodes) {
    recordsAgreeOf(engines(nodes));
  }

  /** All is quiet: masters know exactly the locks that holders have, in the same modes. */
  public static void recordsAgreeOf(List<FsDlm> engines) {
    Map<Integer, Lockspace> nodes = new HashMap<>();
    engines.forEach(engine -> nodes.put(engine.inspect().self, engine.inspect()));
    int remote = 0;
    int copies = 0;
    for (Lockspace ls : nodes.values()) {
      copies += ls.copies.size();
      for (Lkb lock : ls.locks.values()) {
        remote += recordAgrees(nodes, ls.self, lock) ? 1 : 0;
      }
    }
    if (copies != remote) {
      throw new AssertionError(copies + " copies at masters of " + remote + " locks");
    }
  }

  /** Returns whether the lock's master is another node. */
  private static boolean recordAgrees(Map<Integer, Lockspace> nodes, int holder, Lkb lock) {
    int master = lock.res.master;
    if (master == holder) {
      return false;
    }
    Lockspace node = nodes.get(master);
    Lkb copy = node == null ? null : node.copy(holder, lock.id);
    if (copy == null || copy.mode() != lock.mode() || !copy.isOn(copy.res.granted)) {
      throw new AssertionError("holder has " + lock + ", master " + master + " has " + copy);
    }
    return true;
  }
}
