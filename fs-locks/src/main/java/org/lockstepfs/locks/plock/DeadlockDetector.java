package org.lockstepfs.locks.plock;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.lockstepfs.locks.plock.PlockMessage.Confirm;
import org.lockstepfs.locks.plock.PlockMessage.ProbeOwner;
import org.lockstepfs.locks.plock.PlockMessage.ProbeRequest;

/**
 * Finds cycles of owners that wait for each other, over the tables and owners of all nodes.
 *
 * <p>Who blocks a request is known to its table; what an owner waits for is known to its node. A
 * search follows the two in turn, from a request that must wait: from request to the owners that
 * hold what it conflicts with, from owner to its waiting requests, and so on (edge chasing: Chandy,
 * Misra, Haas 1983). Only an owner that holds a lock can be waited for, so only its requests start
 * a search. When a path comes back to its first owner, a second pass checks every edge again, last
 * edge first: all the same requests waiting in both passes means that all waited at the moment
 * between them, so a cycle that it confirms was real. The first request then ends with {@link
 * PlockResult#DEADLOCK}.
 *
 * <p>Two requests may find one cycle at the same time. The second pass leaves the search's start on
 * every edge and stops where a stronger one has passed, so only one of them is refused. A search
 * that another one stopped, or a change lost, is repeated at the next tick.
 */
final class DeadlockDetector {
  /** Longer paths are not followed. */
  static final int MAX_PATH = 32;

  private static final int CLAIM_TICKS = 3;
  private static final int REMEMBERED_SEARCHES = 64;

  private record Search(int node, long request, int round) {}

  private final Core core;
  private FileTable.Ended ended;
  private int round;

  // Which owners a search has been to; the oldest searches are forgotten.
  private final Map<Search, Set<PlockOwner>> visited =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Search, Set<PlockOwner>> eldest) {
          return size() > REMEMBERED_SEARCHES;
        }
      };

  DeadlockDetector(Core core) {
    this.core = core;
  }

  void reportTo(FileTable.Ended target) {
    ended = target;
  }

  /** Searches from a request that waits in a table of this node. */
  void blocked(FileEntry entry, Waiter waiter) {
    if (waiter.holder || entry.table.held().holds(waiter.owner)) {
      WaitEdge edge = new WaitEdge(waiter.owner, waiter.request, entry.inode, core.self());
      examine(++round, List.of(edge));
    }
  }

  /** Searches from every request that waits in this node's tables. */
  void tick() {
    for (FileEntry entry : List.copyOf(core.files.values())) {
      if (entry.table != null && !entry.table.waiters().isEmpty()) {
        List<Waiter> waiters = List.copyOf(entry.table.waiters());
        waiters.forEach(DeadlockDetector::ageClaim);
        waiters.forEach(waiter -> blocked(entry, waiter));
      }
    }
  }

  void onProbeOwner(ProbeOwner m) {
    expand(m.round(), m.path(), new PlockOwner(core.self(), m.owner()));
  }

  void onProbeRequest(ProbeRequest m) {
    examine(m.round(), m.path());
  }

  void onConfirm(Confirm m) {
    confirm(m.round(), m.index(), m.path());
  }

  /** Follows the last request of the path, which waits in a table of this node, to its blockers. */
  private void examine(int search, List<WaitEdge> path) {
    Waiter waiter = waiter(path.get(path.size() - 1));
    if (waiter == null) {
      return;
    }
    PlockOwner first = path.get(0).owner();
    List<PlockOwner> blockers = blockers(waiter);
    if (blockers.contains(first)) {
      confirm(search, path.size() - 1, path);
      return;
    }
    if (path.size() >= MAX_PATH) {
      return;
    }
    for (PlockOwner blocker : blockers) {
      if (blocker.node() == core.self()) {
        expand(search, path, blocker);
      } else {
        core.peers.send(blocker.node(), new ProbeOwner(search, blocker.owner(), path));
      }
    }
  }

  /** Follows an owner of this node to the requests that it waits for. */
  private void expand(int search, List<WaitEdge> path, PlockOwner owner) {
    Search key = new Search(path.get(0).owner().node(), path.get(0).request(), search);
    if (!visited.computeIfAbsent(key, k -> new HashSet<>()).add(owner)) {
      return;
    }
    for (PlockRequest request : core.owners.waiting(owner)) {
      boolean here = request.state == PlockRequest.State.QUEUED;
      if (!here && request.state != PlockRequest.State.SENT) {
        continue;
      }
      int table = here ? core.self() : request.sentTo;
      List<WaitEdge> longer = new ArrayList<>(path);
      longer.add(new WaitEdge(owner, request.id, request.inode, table));
      if (here) {
        examine(search, longer);
      } else {
        core.peers.send(table, new ProbeRequest(search, longer));
      }
    }
  }

  private void confirm(int search, int index, List<WaitEdge> path) {
    WaitEdge edge = path.get(index);
    if (edge.table() != core.self()) {
      core.peers.send(edge.table(), new Confirm(search, index, path));
      return;
    }
    Waiter waiter = waiter(edge);
    PlockOwner next = path.get((index + 1) % path.size()).owner();
    if (waiter == null || !blockers(waiter).contains(next) || !claim(waiter, path)) {
      return;
    }
    if (index > 0) {
      confirm(search, index - 1, path);
    } else {
      core.files.get(edge.inode()).table.end(waiter, PlockResult.DEADLOCK, ended);
    }
  }

  /** Leaves the search's mark. Returns false if a stronger search has been here. */
  private boolean claim(Waiter waiter, List<WaitEdge> path) {
    if (path.stream().allMatch(edge -> edge.table() == core.self())) {
      return true;
    }
    WaitEdge mine = path.get(0);
    WaitEdge other = waiter.claimedBy;
    if (other != null && strongerThan(other, mine)) {
      return false;
    }
    waiter.claimedBy = mine;
    waiter.claimTicks = 0;
    return true;
  }

  private static void ageClaim(Waiter waiter) {
    if (++waiter.claimTicks > CLAIM_TICKS) {
      waiter.claimedBy = null;
    }
  }

  private static boolean strongerThan(WaitEdge a, WaitEdge b) {
    return a.owner().node() != b.owner().node()
        ? a.owner().node() > b.owner().node()
        : a.request() > b.request();
  }

  private Waiter waiter(WaitEdge edge) {
    FileEntry entry = core.files.get(edge.inode());
    return edge.table() != core.self() || entry == null || entry.table == null
        ? null
        : entry.table.waiter(edge.owner().node(), edge.request());
  }

  private List<PlockOwner> blockers(Waiter waiter) {
    RangeTable held = core.files.get(waiter.inode).table.held();
    return held.blockers(waiter.owner, waiter.start, waiter.end, waiter.exclusive);
  }
}
