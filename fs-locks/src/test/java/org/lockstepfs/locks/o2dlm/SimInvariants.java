package org.lockstepfs.locks.o2dlm;

import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.locks.mode.LockMode;

/** What must hold after every step of the simulation. */
public final class SimInvariants {
  private SimInvariants() {}

  /**
   * A lock that a node believes to have.
   *
   * @param node number of the node
   * @param level what the node may rely on
   */
  public record Held(int node, DlmLock lock, LockMode level) {}

  static void check(List<SimNode> nodes, List<SimLock.Shared> resources) {
    for (int i = 0; i < resources.size(); i++) {
      levelsAreCompatible(nodes, i);
      oneMaster(engines(nodes), resources.get(i).name);
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

  private static List<O2Dlm> engines(List<SimNode> nodes) {
    return nodes.stream().map(node -> node.engine).filter(engine -> engine != null).toList();
  }

  /** One node at most acts as master, and the modes that it has granted are compatible. */
  public static void oneMaster(List<O2Dlm> engines, ResName name) {
    int masters = 0;
    for (O2Dlm engine : engines) {
      DlmLockRes res = mastered(engine, name);
      if (res != null && !res.isBusy()) {
        masters++;
        grantedIsCompatible(res);
      }
    }
    if (masters > 1) {
      throw new AssertionError(name + ": " + masters + " masters");
    }
  }

  /** Returns whether a node is in its domain and knows of no recovery that is still to be done. */
  public static boolean isSettled(O2Dlm engine) {
    Domain domain = engine.inspect();
    boolean recovering = !domain.dead.isEmpty() || domain.recovery.isUnderWay();
    return engine.state() == DomainState.JOINED && !recovering;
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

  static void checkAtRest(List<SimNode> nodes, List<SimLock.Shared> resources) {
    for (int i = 0; i < resources.size(); i++) {
      List<Held> held = new ArrayList<>();
      for (SimNode node : nodes) {
        SimLock lock = node.locks.get(i);
        if (node.engine != null && lock.lock != null) {
          held.add(new Held(node.number, lock.lock, lock.level));
        }
      }
      checkAtRest(engines(nodes), resources.get(i).name, held);
    }
  }

  /** When all is quiet, the master knows exactly the locks that their holders have. */
  public static void checkAtRest(List<O2Dlm> engines, ResName name, List<Held> held) {
    DlmLockRes known = null;
    for (O2Dlm engine : engines) {
      DlmLockRes res = mastered(engine, name);
      known = res != null ? res : known;
    }
    for (Held one : held) {
      isRecorded(one, known);
    }
    if (known != null && known.lockCount() != held.size()) {
      throw new AssertionError(held.size() + " locks are held, the master knows " + known);
    }
  }

  private static void isRecorded(Held held, DlmLockRes mastered) {
    DlmLock record = mastered == null ? null : mastered.find(held.node(), held.lock().cookie());
    boolean right =
        record != null
            && record.isOn(mastered.granted)
            && record.mode() == held.level()
            && held.lock().isIdle();
    if (!right) {
      throw new AssertionError(
          "node " + held.node() + " holds " + held.lock() + ", master " + mastered);
    }
  }

  private static DlmLockRes mastered(O2Dlm engine, ResName name) {
    DlmLockRes res = engine.inspect().resources.get(name);
    return res != null && res.owner == engine.inspect().self ? res : null;
  }
}
