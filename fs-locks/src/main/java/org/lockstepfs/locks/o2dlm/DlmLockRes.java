package org.lockstepfs.locks.o2dlm;

import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.resource.LockQueue;

/**
 * One resource as this node knows it. On the master the queues hold every node's locks and decide;
 * elsewhere they hold this node's own locks and mirror what the master decided.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmcommon.h, struct dlm_lock_resource.
 */
final class DlmLockRes {
  /** Owner of a resource that nobody is known to master. */
  static final int UNKNOWN = NodeMap.MAX_NODES;

  private static final int BUSY =
      ResState.IN_PROGRESS.bit
          | ResState.RECOVERING.bit
          | ResState.RECOVERY_WAITING.bit
          | ResState.MIGRATING.bit;

  final ResName name;
  final LockQueue<DlmLock> granted = new LockQueue<>();
  final LockQueue<DlmLock> converting = new LockQueue<>();
  final LockQueue<DlmLock> blocked = new LockQueue<>();

  /** The master, or {@link #UNKNOWN}. */
  int owner = UNKNOWN;

  /** Operations of this node between finding the resource and standing in a queue. */
  int inflight;

  /** Master: callbacks and asserts whose status is outstanding; migration and purge wait for 0. */
  int reserved;

  /** Master: asserts to several nodes under way, whose answers say who refers to the resource. */
  int asserting;

  /** Master: nodes that gave up their reference meanwhile; null if there are none. */
  NodeMap lateDerefs;

  /** Master: no more shuffling; MIGRATING is set when {@link #reserved} reaches 0. */
  boolean migrationPending;

  /** Master: on the list of resources whose queues must be looked at. */
  boolean dirty;

  /**
   * While RECOVERING with unknown owner: those of whom one may master it, after a migration that a
   * death cut short; else null.
   */
  NodeMap suspects;

  /** While RECOVERY_WAITING: dead nodes whose locks were freed here; else null. */
  private NodeMap freedFrom;

  /** Links and stamp of the list of unused resources. */
  DlmLockRes purgePrevious;

  DlmLockRes purgeNext;
  boolean onPurgeList;
  long idleSinceMs;

  private int state;
  private NodeMap refs;
  private byte[] lvb;
  private List<Runnable> waiters;

  DlmLockRes(ResName name) {
    this.name = name;
  }

  boolean has(ResState condition) {
    return (state & condition.bit) != 0;
  }

  void set(ResState condition) {
    state |= condition.bit;
  }

  void clear(ResState condition) {
    state &= ~condition.bit;
  }

  /** Returns whether operations must wait; see {@link #await}. */
  boolean isBusy() {
    return (state & BUSY) != 0;
  }

  /** Returns whether it waits for recovery. */
  boolean isRecovering() {
    return (state & (ResState.RECOVERING.bit | ResState.RECOVERY_WAITING.bit)) != 0;
  }

  /** What a handler answers a peer whose operation must wait; NORMAL if it need not. */
  DlmStatus handlerStatus() {
    if (isRecovering()) {
      return DlmStatus.RECOVERING;
    }
    if (has(ResState.MIGRATING)) {
      return DlmStatus.MIGRATING;
    }
    return has(ResState.IN_PROGRESS) ? DlmStatus.FORWARD : DlmStatus.NORMAL;
  }

  /** Runs the action after the next change of state or owner; the action looks again by itself. */
  void await(Runnable action) {
    if (waiters == null) {
      waiters = new ArrayList<>(2);
    }
    waiters.add(action);
  }

  /** Moves all waiting actions to the queue of those to run. */
  void releaseWaiters(Queue<Runnable> ready) {
    if (waiters != null) {
      ready.addAll(waiters);
      waiters = null;
    }
  }

  /** Grants nothing until the dead node is recovered: by then everybody knows that it is dead. */
  void awaitRecoveryOf(int deadNode) {
    if (freedFrom == null) {
      freedFrom = new NodeMap();
    }
    freedFrom.add(deadNode);
    set(ResState.RECOVERY_WAITING);
  }

  /** A dead node is recovered; returns whether that was the last that the resource waited for. */
  boolean recovered(int deadNode) {
    if (freedFrom == null) {
      return false;
    }
    freedFrom.remove(deadNode);
    if (!freedFrom.isEmpty()) {
      return false;
    }
    freedFrom = null;
    clear(ResState.RECOVERY_WAITING);
    return true;
  }

  /** It is another's to wait: the resource is not mastered here after all. */
  void stopWaitingForRecovery() {
    freedFrom = null;
    clear(ResState.RECOVERY_WAITING);
  }

  boolean hasLocks() {
    return !(granted.isEmpty() && converting.isEmpty() && blocked.isEmpty());
  }

  int lockCount() {
    return granted.size() + converting.size() + blocked.size();
  }

  /** Returns whether the resource serves nobody here and, on the master, anywhere. */
  boolean isUnused() {
    return !hasLocks()
        && inflight == 0
        && !dirty
        && owner != UNKNOWN
        && !isRecovering()
        && (refs == null || refs.isEmpty());
  }

  void addRef(int node) {
    if (refs == null) {
      refs = new NodeMap();
    }
    refs.add(node);
  }

  /** Returns whether the node had a reference. */
  boolean dropRef(int node) {
    if (refs == null || !refs.contains(node)) {
      return false;
    }
    refs.remove(node);
    return true;
  }

  /** Returns the nodes that refer to the resource, other than the master; a copy. */
  NodeMap refs() {
    return refs == null ? new NodeMap() : refs.copy();
  }

  /** Returns the value block, null for all zero; not to be changed. */
  byte[] lvb() {
    return lvb;
  }

  /** Stores a copy of a value block; null for zeros. */
  void putLvb(byte[] value) {
    lvb = Lvb.isEmpty(value) ? null : value.clone();
  }

  LockQueue<DlmLock> queue(int index) {
    return switch (index) {
      case 0 -> granted;
      case 1 -> converting;
      default -> blocked;
    };
  }

  /** Forgets all locks and references of other nodes. */
  void keepLocksOf(int node) {
    for (int i = 0; i < 3; i++) {
      for (DlmLock lock : queue(i)) {
        if (lock.node != node) {
          LockQueue.detach(lock);
        }
      }
    }
    refs = null;
  }

  /** Returns a node's lock in any queue, or null. */
  DlmLock find(int node, long cookie) {
    for (int i = 0; i < 3; i++) {
      DlmLock lock = findOn(queue(i), node, cookie);
      if (lock != null) {
        return lock;
      }
    }
    return null;
  }

  static DlmLock findOn(LockQueue<DlmLock> queue, int node, long cookie) {
    for (DlmLock lock = queue.first(); lock != null; lock = queue.after(lock)) {
      if (lock.cookie == cookie && lock.node == node) {
        return lock;
      }
    }
    return null;
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(name.toString()).append(" owner ").append(owner);
    for (ResState condition : ResState.values()) {
      text.append(has(condition) ? " " + condition : "");
    }
    text.append(refs == null || refs.isEmpty() ? "" : " refs " + refs);
    for (int i = 0; i < 3; i++) {
      for (DlmLock lock : queue(i)) {
        text.append(i == 0 ? " granted " : i == 1 ? " converting " : " blocked ").append(lock);
      }
    }
    return text.toString();
  }
}
