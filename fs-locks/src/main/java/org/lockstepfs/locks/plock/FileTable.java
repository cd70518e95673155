package org.lockstepfs.locks.plock;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The lock table of one file on its owner: held ranges, and waiting requests in order of arrival.
 *
 * <p>A request that does not wait looks at held locks only. A waiting one must also let an earlier
 * waiter go first that conflicts with it and has been overtaken {@code patience} times already; so
 * readers that overlap each other cannot keep a writer away for ever. This rule never binds an
 * owner that holds a lock anywhere on the volume. Such an owner may be what the earlier waiter
 * waits for, in this file or through a chain of others; an owner that holds nothing is waited for
 * by nobody. Hence the rule adds no deadlock to those that the held locks make.
 */
final class FileTable {
  /** Told how a waiting request ended. */
  interface Ended {
    /** The waiter has left the queue. */
    void ended(Waiter waiter, PlockResult result);
  }

  private final PlockConfig config;
  private final RangeTable held;
  private final List<Waiter> waiters = new ArrayList<>(0);

  FileTable(PlockConfig config, RangeTable.Listener listener) {
    this.config = config;
    this.held = new RangeTable(listener);
  }

  RangeTable held() {
    return held;
  }

  List<Waiter> waiters() {
    return waiters;
  }

  boolean isEmpty() {
    return held.isEmpty() && waiters.isEmpty();
  }

  /**
   * Sets a lock if nothing is in the way.
   *
   * @return GRANTED, AGAIN or NO_LOCKS
   */
  PlockResult tryLock(
      PlockOwner owner, int pid, long start, long end, boolean exclusive, Ended ended) {
    if (held.conflicts(owner, start, end, exclusive)) {
      return PlockResult.AGAIN;
    }
    if (held.size() + 2 > config.maxLocksPerFile()) {
      return PlockResult.NO_LOCKS;
    }
    boolean weakened = held.set(owner, pid, start, end, exclusive);
    if (!waiters.isEmpty()) {
      countOvertaken(waiters.size(), owner, start, end, exclusive);
      if (weakened) {
        wake(ended);
      }
    }
    return PlockResult.GRANTED;
  }

  /** Grants a request or queues it. Returns null when it waits now. */
  PlockResult lockOrWait(Waiter waiter, Ended ended) {
    if (!mustWait(waiter, waiters.size())) {
      return tryLock(waiter.owner, waiter.pid, waiter.start, waiter.end, waiter.exclusive, ended);
    }
    if (waiters.size() >= config.maxWaitersPerFile()) {
      return PlockResult.NO_LOCKS;
    }
    waiters.add(waiter);
    return null;
  }

  /** Removes the owner's locks in the range. Returns GRANTED or NO_LOCKS. */
  PlockResult unlock(PlockOwner owner, long start, long end, Ended ended) {
    if (held.size() + 1 > config.maxLocksPerFile() && (start != 0 || end != Long.MAX_VALUE)) {
      return PlockResult.NO_LOCKS;
    }
    if (held.clear(owner, start, end) && !waiters.isEmpty()) {
      wake(ended);
    }
    return PlockResult.GRANTED;
  }

  /** Drops the owner's waiting requests and locks. */
  void close(PlockOwner owner, Ended ended) {
    boolean changed = endWaiters(owner, ended);
    changed |= held.clear(owner, 0, Long.MAX_VALUE);
    if (changed) {
      wake(ended);
    }
  }

  /** Ends one waiting request. */
  void end(Waiter waiter, PlockResult result, Ended ended) {
    if (waiters.remove(waiter)) {
      ended.ended(waiter, result);
      wake(ended);
    }
  }

  /** Returns the waiting request of a node with this number, or null. */
  Waiter waiter(int node, long request) {
    for (int i = 0; i < waiters.size(); i++) {
      Waiter waiter = waiters.get(i);
      if (waiter.request == request && waiter.owner.node() == node) {
        return waiter;
      }
    }
    return null;
  }

  /** Forgets all locks and waiting requests of nodes that are gone; nobody is told. */
  void dropNodes(IntPredicate gone, Ended ended) {
    boolean changed = waiters.removeIf(w -> gone.test(w.owner.node()));
    changed |= held.clearNodes(gone);
    if (changed) {
      wake(ended);
    }
  }

  /** Grants, in order of arrival, every waiting request that nothing stands in the way of. */
  void wake(Ended ended) {
    for (int i = 0; i < waiters.size(); ) {
      Waiter waiter = waiters.get(i);
      if (mustWait(waiter, i)) {
        i++;
        continue;
      }
      waiters.remove(i);
      boolean full = held.size() + 2 > config.maxLocksPerFile();
      boolean weakened = false;
      if (!full) {
        countOvertaken(i, waiter.owner, waiter.start, waiter.end, waiter.exclusive);
        weakened = held.set(waiter.owner, waiter.pid, waiter.start, waiter.end, waiter.exclusive);
      }
      ended.ended(waiter, full ? PlockResult.NO_LOCKS : PlockResult.GRANTED);
      // A grant that weakens its owner's lock, or a barrier that fell, may free an earlier one.
      i = weakened || full ? 0 : i;
    }
  }

  private boolean mustWait(Waiter waiter, int earlier) {
    if (held.conflicts(waiter.owner, waiter.start, waiter.end, waiter.exclusive)) {
      return true;
    }
    if (waiter.holder || earlier == 0 || held.holds(waiter.owner)) {
      return false;
    }
    for (int i = 0; i < earlier; i++) {
      Waiter other = waiters.get(i);
      if (other.overtaken >= config.patience()
          && other.conflictsWith(waiter.owner, waiter.start, waiter.end, waiter.exclusive)) {
        return true;
      }
    }
    return false;
  }

  private void countOvertaken(
      int earlier, PlockOwner owner, long start, long end, boolean exclusive) {
    for (int i = 0; i < earlier; i++) {
      Waiter other = waiters.get(i);
      if (other.conflictsWith(owner, start, end, exclusive)) {
        other.overtaken++;
      }
    }
  }

  private boolean endWaiters(PlockOwner owner, Ended ended) {
    boolean any = false;
    for (Iterator<Waiter> it = waiters.iterator(); it.hasNext(); ) {
      Waiter waiter = it.next();
      if (waiter.owner.equals(owner)) {
        it.remove();
        ended.ended(waiter, PlockResult.INTERRUPTED);
        any = true;
      }
    }
    return any;
  }
}
