package org.lockstepfs.locks.plock;

import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.locks.plock.SimProcess.Call;

/**
 * Looks into all nodes at once and knows what must never be, and what must be when all is quiet.
 */
public final class SimReferee {
  private final Collection<SimNode> nodes;
  private final int files;
  private final boolean calm;

  /** Makes a referee of nodes that come and go. */
  public SimReferee(Collection<SimNode> nodes, int files, boolean calm) {
    this.nodes = nodes;
    this.files = files;
    this.calm = calm;
  }

  /** No two processes rely on conflicting ranges. */
  public void checkConflicts(long inode) {
    List<int[]> all = new ArrayList<>();
    List<SimProcess> who = new ArrayList<>();
    for (SimNode node : nodes) {
      for (SimProcess process : node.processes) {
        all.add(process.certain(inode));
        who.add(process);
      }
    }
    for (int b = 0; b < SimProcess.BYTES; b++) {
      int holders = 0;
      boolean exclusive = false;
      for (int[] modes : all) {
        holders += modes[b] != 0 ? 1 : 0;
        exclusive |= modes[b] == 2;
      }
      if (exclusive && holders > 1) {
        fail("file %d byte %d is held against each other by %s", inode, b, who);
      }
    }
  }

  /** No table has two owners among the members. */
  private void checkOwners() {
    for (long inode = 1; inode <= files; inode++) {
      int owners = 0;
      for (SimNode node : nodes) {
        owners += !node.left && node.engine.ownsTable(inode) ? 1 : 0;
      }
      if (owners > 1) {
        fail("the table of file %d has %d owners", inode, owners);
      }
    }
  }

  /** Checks what must hold at every moment. */
  public void afterStep() {
    checkOwners();
    tables().forEach(SimReferee::checkTable);
    if (calm) {
      noteCycles();
    }
  }

  /** Returns the tables of the members. */
  private List<FileTable> tables() {
    List<FileTable> tables = new ArrayList<>();
    for (SimNode node : nodes) {
      for (FileEntry entry : node.engine.core().files.values()) {
        if (!node.left && entry.table != null) {
          tables.add(entry.table);
        }
      }
    }
    return tables;
  }

  /** No table holds ranges against each other. */
  private static void checkTable(FileTable table) {
    table
        .held()
        .forEach(
            (owner, pid, start, end, exclusive) -> {
              if (table.held().conflicts(owner, start, end, exclusive)) {
                fail("a table holds %s %d-%d against another owner", owner, start, end);
              }
            });
  }

  /** Notes which waiting calls are in a cycle at this moment. */
  private void noteCycles() {
    Map<PlockOwner, List<PlockOwner>> waitsFor = waitsFor();
    for (PlockOwner owner : waitsFor.keySet()) {
      if (reaches(waitsFor, owner)) {
        for (SimNode node : nodes) {
          node.processes.stream()
              .filter(process -> process.plockOwner().equals(owner))
              .flatMap(process -> process.calls.values().stream())
              .forEach(call -> call.wasInCycle = true);
        }
      }
    }
  }

  /** A call that has just left its table, refused, may have been there for this one step only. */
  void noteRefused(SimProcess process, Call call) {
    Map<PlockOwner, List<PlockOwner>> waitsFor = waitsFor();
    PlockOwner owner = process.plockOwner();
    for (SimNode node : nodes) {
      if (node.engine.ownsTable(call.inode)) {
        RangeTable held = node.table(call.inode).held();
        waitsFor.put(
            owner, held.blockers(owner, call.start, SimProcess.lastByte(call.end), call.exclusive));
        call.wasInCycle |= reaches(waitsFor, owner);
      }
    }
  }

  private Map<PlockOwner, List<PlockOwner>> waitsFor() {
    Map<PlockOwner, List<PlockOwner>> waitsFor = new HashMap<>();
    for (FileTable table : tables()) {
      for (Waiter w : table.waiters()) {
        waitsFor
            .computeIfAbsent(w.owner, o -> new ArrayList<>())
            .addAll(table.held().blockers(w.owner, w.start, w.end, w.exclusive));
      }
    }
    return waitsFor;
  }

  private static boolean reaches(Map<PlockOwner, List<PlockOwner>> waitsFor, PlockOwner start) {
    List<PlockOwner> next = new ArrayList<>(waitsFor.get(start));
    List<PlockOwner> seen = new ArrayList<>();
    while (!next.isEmpty()) {
      PlockOwner owner = next.remove(next.size() - 1);
      if (owner.equals(start)) {
        return true;
      }
      if (!seen.contains(owner)) {
        seen.add(owner);
        next.addAll(waitsFor.getOrDefault(owner, List.of()));
      }
    }
    return false;
  }

  /** Returns the calls that have not returned. */
  public String describeCalls() {
    StringBuilder text = new StringBuilder();
    for (SimNode node : nodes) {
      for (SimProcess process : node.processes) {
        text.append(process).append(process.calls.values()).append(' ');
      }
    }
    return text.toString();
  }

  /** When all is quiet, the tables say what the processes believe, and wait for what they asked. */
  public void checkTables() {
    for (long inode = 1; inode <= files; inode++) {
      FileTable table = null;
      for (SimNode node : nodes) {
        table = node.table(inode) != null ? node.table(inode) : table;
      }
      int waiting = 0;
      for (SimNode node : nodes) {
        for (SimProcess process : node.processes) {
          checkHeld(table, process, inode);
          for (Call call : process.calls.values()) {
            if (call.cancelled) {
              fail("%s: %s was cancelled and has not returned", process, call);
            }
            waiting += call.inode == inode ? 1 : 0;
          }
        }
      }
      if (waiting != (table == null ? 0 : table.waiters().size())) {
        fail("file %d: %d calls, but other waiters in the table", inode, waiting);
      }
    }
  }

  private static void checkHeld(FileTable table, SimProcess process, long inode) {
    int[] held = new int[SimProcess.BYTES];
    if (table != null) {
      table
          .held()
          .forEach(
              (owner, pid, start, end, exclusive) -> {
                if (owner.equals(process.plockOwner())) {
                  for (int b = (int) start; b < SimProcess.BYTES && b <= end; b++) {
                    held[b] = exclusive ? 2 : 1;
                  }
                }
              });
    }
    if (!Arrays.equals(held, process.modes(inode))) {
      fail(
          "file %d: %s believes %s, the table says %s",
          inode, process, Arrays.toString(process.modes(inode)), Arrays.toString(held));
    }
  }

  /** At the end nobody knows anything any more. */
  public void checkNothingLeft() {
    for (SimNode node : nodes) {
      Core core = node.engine.core();
      if (core.owners.size() != 0) {
        fail("%s still knows %d owners", node.member, core.owners.size());
      }
      for (FileEntry entry : core.files.values()) {
        boolean clean =
            entry.outstanding.isEmpty()
                && entry.copy.isEmpty()
                && (entry.table == null || entry.table.isEmpty());
        if (!clean) {
          fail("%s keeps something of file %d", node.member, entry.inode);
        }
      }
    }
  }
}
