package org.lockstepfs.locks.plock;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What processes of this node have been granted by a lock table elsewhere: the kernel's own record
 * of its POSIX locks, as {@link PlockDevice} needs it.
 */
final class HeldRanges {
  private record File(int fsid, long number) {
    static File of(PlockInfo info) {
      return new File(info.fsid(), info.number());
    }
  }

  private final Map<File, RangeTable> tables = new LinkedHashMap<>();

  private static PlockOwner owner(PlockInfo info) {
    return new PlockOwner(info.node(), info.owner());
  }

  boolean holds(PlockInfo who) {
    RangeTable table = tables.get(File.of(who));
    return table != null && table.holds(owner(who));
  }

  void set(PlockInfo lock) {
    tables
        .computeIfAbsent(File.of(lock), f -> new RangeTable(ProcessCopies.IGNORE))
        .set(owner(lock), lock.pid(), lock.start(), lock.end(), lock.exclusive());
  }

  /** Removes the owner's locks in the range. Returns whether there were any. */
  boolean clear(PlockInfo range) {
    RangeTable table = tables.get(File.of(range));
    if (table == null || !table.clear(owner(range), range.start(), range.end())) {
      return false;
    }
    if (table.isEmpty()) {
      tables.remove(File.of(range));
    }
    return true;
  }

  /** Returns what the owner holds in the range, cut to it, in order. */
  List<PlockInfo> of(PlockInfo range) {
    List<PlockInfo> pieces = new ArrayList<>();
    RangeTable table = tables.get(File.of(range));
    if (table != null) {
      table.forEach(
          (owner, pid, start, end, exclusive) -> {
            if (owner.equals(owner(range)) && start <= range.end() && end >= range.start()) {
              pieces.add(
                  range.other(
                      PlockMessage.Op.LOCK,
                      exclusive,
                      Math.max(start, range.start()),
                      Math.min(end, range.end())));
            }
          });
    }
    return pieces;
  }

  /** Returns everything, as requests that would set it. */
  List<PlockInfo> all() {
    List<PlockInfo> all = new ArrayList<>();
    tables.forEach(
        (file, table) ->
            table.forEach(
                (owner, pid, start, end, exclusive) ->
                    all.add(lock(file, owner, pid, start, end, exclusive))));
    return all;
  }

  /** Returns one lock of each owner in each file of a volume. */
  List<PlockInfo> ownersIn(int fsid) {
    Map<List<Object>, PlockInfo> owners = new LinkedHashMap<>();
    for (PlockInfo lock : all()) {
      if (lock.fsid() == fsid) {
        owners.put(List.of(File.of(lock), owner(lock)), lock);
      }
    }
    return new ArrayList<>(owners.values());
  }

  private static PlockInfo lock(
      File file, PlockOwner owner, int pid, long start, long end, boolean exclusive) {
    return new PlockInfo(
        PlockMessage.Op.LOCK,
        exclusive,
        false,
        false,
        pid,
        owner.node(),
        0,
        file.fsid,
        file.number,
        start,
        end,
        owner.owner());
  }
}
