package org.lockstepfs.locks.o2dlm;

import java.util.List;
import org.lockstepfs.locks.mode.LockMode;

/** What must hold after every step of the simulation. */
final class SimInvariants {
  private SimInvariants() {}

  static void check(List<SimNode> nodes, List<SimLock.Shared> resources) {
    for (int i = 0; i < resources.size(); i++) {
      levelsAreCompatible(nodes, i);
      oneMaster(nodes, resources.get(i).name);
    }
  }

  /** Levels that nodes rely on are compatible, whatever is on the wire. */
  private static void levelsAreCompatible(List<SimNode> nodes, int resource) {
    int readers = 0;
    int writers = 0;
    for (SimNode node : nodes) {
      LockMode level = node.locks.get(resource).level;
      readers += level == LockMode.PR ? 1 : 0;
      writers += level == LockMode.EX ? 1 : 0;
    }
    if (writers > 1 || (writers == 1 && readers > 0)) {
      throw new AssertionError(
          "resource " + resource + ": " + writers + " writers and " + readers + " readers");
    }
  }

  /** One node at most acts as master, and the modes that it has granted are compatible. */
  private static void oneMaster(List<SimNode> nodes, ResName name) {
    int masters = 0;
    for (SimNode node : nodes) {
      DlmLockRes res = known(node, name);
      if (res != null && res.owner == node.number && !res.isBusy()) {
        masters++;
        grantedIsCompatible(res);
      }
    }
    if (masters > 1) {
      throw new AssertionError(name + ": " + masters + " masters");
    }
  }

  private static void grantedIsCompatible(DlmLockRes res) {
    int readers = 0;
    int writers = 0;
    for (int queue = 0; queue < 2; queue++) {
      for (DlmLock lock : res.queue(queue)) {
        readers += lock.mode() == LockMode.PR ? 1 : 0;
        writers += lock.mode() == LockMode.EX ? 1 : 0;
      }
    }
    if (writers > 1 || (writers == 1 && readers > 0)) {
      throw new AssertionError("incompatible grants: " + res);
    }
  }

  /**
   * When all is quiet, masters know exactly the locks that their holders have, and every node knows
   * the one master.
   */
  static void checkAtRest(List<SimNode> nodes, List<SimLock.Shared> resources) {
    for (int i = 0; i < resources.size(); i++) {
      ResName name = resources.get(i).name;
      DlmLockRes mastered = null;
      for (SimNode node : nodes) {
        DlmLockRes res = known(node, name);
        if (res != null && res.owner == node.number) {
          mastered = res;
        }
      }
      int held = 0;
      for (SimNode node : nodes) {
        DlmLock lock = node.engine == null ? null : node.locks.get(i).lock;
        if (lock != null) {
          held++;
          isRecorded(node, lock, node.locks.get(i).level, mastered);
        }
      }
      if (mastered != null && mastered.lockCount() != held) {
        throw new AssertionError(held + " locks are held, the master knows " + mastered);
      }
    }
  }

  private static void isRecorded(SimNode node, DlmLock lock, LockMode level, DlmLockRes mastered) {
    DlmLock record = mastered == null ? null : mastered.find(node.number, lock.cookie());
    boolean right =
        record != null && record.isOn(mastered.granted) && record.mode() == level && lock.isIdle();
    if (!right) {
      throw new AssertionError("node " + node.number + " holds " + lock + ", master " + mastered);
    }
  }

  private static DlmLockRes known(SimNode node, ResName name) {
    return node.engine == null ? null : node.engine.inspect().resources.get(name);
  }
}
