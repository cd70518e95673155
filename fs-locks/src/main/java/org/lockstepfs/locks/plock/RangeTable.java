package org.lockstepfs.locks.plock;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * The held ranges of one file, by owner. Two owners' ranges conflict when they overlap and at least
 * one is exclusive; the table itself allows conflicts, its users ask before they set.
 */
final class RangeTable {
  /** Told when an owner gets its first range here and when it loses its last. */
  interface Listener {
    /** The owner holds something in this file now. */
    void holds(PlockOwner owner);

    /** The owner holds nothing in this file any more. */
    void holdsNothing(PlockOwner owner);
  }

  /** Takes one range. */
  interface RangeVisitor {
    /** Takes a range of an owner. */
    void range(PlockOwner owner, int pid, long start, long end, boolean exclusive);
  }

  private static final class Holder {
    private PlockOwner owner;
    private int pid;
    private final RangeSet ranges = new RangeSet();
  }

  private final Listener listener;
  private final List<Holder> holders = new ArrayList<>(2);
  private int size;
  private Holder spare;

  RangeTable(Listener listener) {
    this.listener = listener;
  }

  /** Returns the number of ranges of all owners. */
  int size() {
    return size;
  }

  boolean isEmpty() {
    return holders.isEmpty();
  }

  boolean holds(PlockOwner owner) {
    return find(owner) != null;
  }

  /** Returns whether another owner's range conflicts. */
  boolean conflicts(PlockOwner owner, long start, long end, boolean exclusive) {
    for (int i = 0; i < holders.size(); i++) {
      Holder holder = holders.get(i);
      if (conflict(holder, owner, start, end, exclusive) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** Returns the conflicting range that starts first, or null. */
  PlockConflict firstConflict(PlockOwner owner, long start, long end, boolean exclusive) {
    Holder first = null;
    int at = -1;
    for (Holder holder : holders) {
      int i = conflict(holder, owner, start, end, exclusive);
      if (i >= 0 && (first == null || holder.ranges.start(i) < first.ranges.start(at))) {
        first = holder;
        at = i;
      }
    }
    return first == null
        ? null
        : new PlockConflict(
            first.owner,
            first.pid,
            first.ranges.start(at),
            first.ranges.end(at),
            first.ranges.exclusive(at));
  }

  /** Returns every owner that holds a conflicting range. */
  List<PlockOwner> blockers(PlockOwner owner, long start, long end, boolean exclusive) {
    List<PlockOwner> blockers = new ArrayList<>();
    for (Holder holder : holders) {
      if (conflict(holder, owner, start, end, exclusive) >= 0) {
        blockers.add(holder.owner);
      }
    }
    return blockers;
  }

  /** Gives the owner this range and mode. Returns whether one of its ranges weakened. */
  boolean set(PlockOwner owner, int pid, long start, long end, boolean exclusive) {
    Holder holder = find(owner);
    boolean isNew = holder == null;
    if (isNew) {
      holder = spare != null ? spare : new Holder();
      spare = null;
      holder.owner = owner;
      holders.add(holder);
    }
    holder.pid = pid;
    int before = holder.ranges.size();
    boolean weakened = holder.ranges.set(start, end, exclusive);
    size += holder.ranges.size() - before;
    if (isNew) {
      listener.holds(owner);
    }
    return weakened;
  }

  /** Removes the owner's ranges here. Returns whether there were any. */
  boolean clear(PlockOwner owner, long start, long end) {
    Holder holder = find(owner);
    if (holder == null) {
      return false;
    }
    int before = holder.ranges.size();
    boolean removed = holder.ranges.clear(start, end);
    size += holder.ranges.size() - before;
    if (holder.ranges.size() == 0) {
      drop(holders.indexOf(holder));
    }
    return removed;
  }

  /** Removes all owners of the nodes that match. Returns whether there were any. */
  boolean clearNodes(IntPredicate nodes) {
    boolean removed = false;
    for (int i = holders.size() - 1; i >= 0; i--) {
      if (nodes.test(holders.get(i).owner.node())) {
        size -= holders.get(i).ranges.size();
        drop(i);
        removed = true;
      }
    }
    return removed;
  }

  /** Visits all ranges; the table must not change meanwhile. */
  void forEach(RangeVisitor visitor) {
    for (Holder holder : holders) {
      RangeSet ranges = holder.ranges;
      for (int i = 0; i < ranges.size(); i++) {
        visitor.range(
            holder.owner, holder.pid, ranges.start(i), ranges.end(i), ranges.exclusive(i));
      }
    }
  }

  private static int conflict(
      Holder holder, PlockOwner owner, long start, long end, boolean exclusive) {
    if ((!exclusive && !holder.ranges.hasExclusive()) || holder.owner.equals(owner)) {
      return -1;
    }
    return holder.ranges.firstOverlap(start, end, !exclusive);
  }

  private Holder find(PlockOwner owner) {
    for (int i = 0; i < holders.size(); i++) {
      Holder holder = holders.get(i);
      if (holder.owner.equals(owner)) {
        return holder;
      }
    }
    return null;
  }

  private void drop(int index) {
    Holder holder = holders.get(index);
    int last = holders.size() - 1;
    holders.set(index, holders.get(last));
    holders.remove(last);
    listener.holdsNothing(holder.owner);
    holder.owner = null;
    holder.ranges.reset();
    spare = holder;
  }
}
