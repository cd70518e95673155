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
      DlmLockRes res = node.engine == null ? null : node.engine.inspect().resources.get(name);
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
}
