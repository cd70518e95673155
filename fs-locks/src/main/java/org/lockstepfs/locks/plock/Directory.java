package org.lockstepfs.locks.plock;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.lockstepfs.locks.plock.PlockMessage.Claim;
import org.lockstepfs.locks.plock.PlockMessage.Lookup;
import org.lockstepfs.locks.plock.PlockMessage.OwnerIs;
import org.lockstepfs.locks.plock.PlockMessage.Ready;
import org.lockstepfs.locks.plock.PlockMessage.Release;
import org.lockstepfs.locks.plock.PlockMessage.SyncData;
import org.lockstepfs.locks.plock.PlockMessage.SyncRequest;

/**
 * This node's share of the directory in the current view: which node owns which table.
 *
 * <p>Views are compared by their members, so members may come round to one twice, with another view
 * between that some have not seen yet. Therefore a question also tells who has left, and whoever
 * has heard that never enters an older view with such a member.
 *
 * <p>A new view begins with nothing known. Every other member is asked, with a fresh epoch; it
 * answers when it is in the same view itself, and from then on it takes no table except from a
 * directory of that view or a later one. So when all have answered, what they said is all there is:
 * tables not named have no owner, and those that are claimed from process copies only are taken
 * over by this node. Only then are lookups answered. A lookup that comes too early or from another
 * view is dropped; its sender asks again when it hears {@link Ready}.
 */
final class Directory {
  /** So many entries and claims fit into one o2net message of 4 KiB. */
  private static final int CHUNK = 64;

  private final Core core;
  private final Map<Long, Integer> ownerOf = new HashMap<>();
  private final Map<Integer, SyncRequest> asked = new HashMap<>();
  private final Set<Integer> awaited = new TreeSet<>();
  private final Map<Long, Map<Integer, List<Claim>>> claims = new TreeMap<>();
  private long epoch;
  private boolean ready;

  Directory(Core core) {
    this.core = core;
  }

  /** Returns whether this node answers lookups of the current view. */
  boolean isReady() {
    return ready;
  }

  /** Begins a view. */
  void start() {
    PlockView view = core.peers.view();
    ownerOf.clear();
    claims.clear();
    awaited.clear();
    ready = false;
    epoch++;
    for (int node : view.nodes()) {
      if (node != core.self()) {
        awaited.add(node);
        core.peers.send(node, new SyncRequest(view.id(), epoch, core.peers.departed()));
      }
    }
    for (int node : List.copyOf(awaited)) {
      SyncRequest request = asked.get(node);
      if (request != null && request.view() == view.id()) {
        asked.remove(node);
        answer(node, request.epoch());
      }
    }
    completeIfAllAnswered();
  }

  /** A member, or a node that will be one, asks for its share. */
  void onSyncRequest(int from, SyncRequest m) {
    core.peers.learnDeparted(m.departed());
    PlockView view = core.peers.view();
    if (view != null && view.id() == m.view() && view.member(from) != null) {
      asked.remove(from);
      answer(from, m.epoch());
    } else {
      asked.put(from, m);
    }
  }

  void onSyncData(int from, SyncData m) {
    if (m.epoch() != epoch || !awaited.contains(from)) {
      return;
    }
    for (long inode : m.owned()) {
      ownerOf.putIfAbsent(inode, from);
    }
    for (Claim claim : m.claims()) {
      addClaim(from, claim);
    }
    if (m.last()) {
      awaited.remove(from);
      completeIfAllAnswered();
    }
  }

  void onLookup(int from, Lookup m) {
    if (ready && m.view() == core.peers.view().id()) {
      core.peers.send(from, new OwnerIs(m.inode(), m.lookup(), ownerFor(m.inode(), from)));
    }
  }

  void onRelease(int from, Release m) {
    if (m.view() == core.peers.view().id()) {
      release(m.inode(), from);
    }
  }

  /** Forgets who owns a table. */
  void release(long inode, int owner) {
    ownerOf.remove(inode, owner);
  }

  /** Returns the owner of a table; the node that asks, if there is none yet. Only when ready. */
  int ownerFor(long inode, int asker) {
    Integer owner = ownerOf.putIfAbsent(inode, asker);
    return owner == null ? asker : owner;
  }

  private void answer(int node, long itsEpoch) {
    PlockView view = core.peers.view();
    List<Long> owned = new ArrayList<>();
    List<Claim> held = new ArrayList<>();
    for (FileEntry entry : core.files.values()) {
      if (view.directoryNode(entry.inode) != node) {
        continue;
      }
      if (entry.table != null) {
        owned.add(entry.inode);
      } else if (entry.owner == FileEntry.UNKNOWN && !entry.copy.isEmpty()) {
        held.addAll(ProcessCopies.claims(entry));
      }
    }
    int at = 0;
    do {
      int next = at + CHUNK;
      boolean last = next >= owned.size() && next >= held.size();
      core.peers.send(
          node, new SyncData(itsEpoch, last, part(owned, at, next), part(held, at, next)));
      at = next;
    } while (at < owned.size() || at < held.size());
  }

  private static <T> List<T> part(List<T> all, int from, int to) {
    int size = all.size();
    return List.copyOf(all.subList(Math.min(from, size), Math.min(to, size)));
  }

  private void addClaim(int node, Claim claim) {
    claims
        .computeIfAbsent(claim.inode(), i -> new TreeMap<>())
        .computeIfAbsent(node, n -> new ArrayList<>())
        .add(claim);
  }

  private void completeIfAllAnswered() {
    if (!awaited.isEmpty()) {
      return;
    }
    PlockView view = core.peers.view();
    for (FileEntry entry : core.files.values()) {
      if (view.directoryNode(entry.inode) != core.self()) {
        continue;
      }
      if (entry.table != null) {
        ownerOf.put(entry.inode, core.self());
      } else if (entry.owner == FileEntry.UNKNOWN && !entry.copy.isEmpty()) {
        ProcessCopies.claims(entry).forEach(claim -> addClaim(core.self(), claim));
      }
    }
    claims.forEach(this::takeOver);
    claims.clear();
    ready = true;
    for (int node : view.nodes()) {
      if (node != core.self()) {
        core.peers.send(node, new Ready(view.id()));
      }
    }
  }

  private void takeOver(long inode, Map<Integer, List<Claim>> byNode) {
    if (ownerOf.putIfAbsent(inode, core.self()) != null) {
      return;
    }
    FileEntry entry = core.files.get(inode);
    if (entry == null) {
      entry = core.makeEntry(inode);
    }
    core.own(entry);
    FileTable table = entry.table;
    byNode.forEach((node, held) -> ProcessCopies.installFirm(table, node, held));
    byNode.forEach((node, held) -> ProcessCopies.installSoft(table, node, held));
    entry.copy.clearNodes(node -> true);
  }
}
