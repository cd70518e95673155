package org.lockstepfs.locks.plock;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import org.lockstepfs.locks.plock.PlockMessage.Cancel;
import org.lockstepfs.locks.plock.PlockMessage.Lookup;
import org.lockstepfs.locks.plock.PlockMessage.NotOwner;
import org.lockstepfs.locks.plock.PlockMessage.Op;
import org.lockstepfs.locks.plock.PlockMessage.OwnerIs;
import org.lockstepfs.locks.plock.PlockMessage.Promote;
import org.lockstepfs.locks.plock.PlockMessage.Ready;
import org.lockstepfs.locks.plock.PlockMessage.Release;
import org.lockstepfs.locks.plock.PlockMessage.Reply;
import org.lockstepfs.locks.plock.PlockMessage.Request;

/**
 * The requests of this node for tables that it does not own: finds the owner, sends, keeps the
 * process copy.
 *
 * <p>A request goes to one node at a time. It is sent again only when that node said that it does
 * not own the table, or is gone: then nothing that it did counts, since the table is rebuilt from
 * what its answers had told. The copy changes when answers come, so it repeats the owner's steps in
 * the owner's order.
 */
final class Requester {
  /**
   * While members are in different views the directory may name an owner that will not be one.
   * After so many refusals a request waits for the next view or tick.
   */
  private static final int MAX_REFUSALS = 3;

  private final Core core;
  private final Directory directory;
  private final TableServer tables;
  private final Set<Long> wanted = new LinkedHashSet<>();
  private final Map<Integer, Long> readyIn = new HashMap<>();
  private int underWay;

  Requester(Core core, Directory directory, TableServer tables) {
    this.core = core;
    this.directory = directory;
    this.tables = tables;
  }

  /** Starts a request on a file whose table this node does not own (yet). */
  void start(FileEntry entry, PlockRequest request) {
    if (underWay >= core.config.maxRequests()) {
      core.finish(request, PlockResult.NO_LOCKS, null);
      return;
    }
    underWay++;
    entry.outstanding.put(request.id, request);
    route(entry);
  }

  /** Returns whether the owner may hold or wait for something in the file. */
  boolean concerns(FileEntry entry, PlockOwner owner) {
    if (entry.copy.holds(owner)) {
      return true;
    }
    for (PlockRequest r : entry.outstanding.values()) {
      if (r.op == Op.LOCK && r.owner.equals(owner)) {
        return true;
      }
    }
    return false;
  }

  /** Withdraws an owner's lock requests that have not been sent. */
  void dropUnsent(FileEntry entry, PlockOwner owner) {
    for (PlockRequest r : List.copyOf(entry.outstanding.values())) {
      if (r.op == Op.LOCK && r.owner.equals(owner) && r.state == PlockRequest.State.UNSENT) {
        end(entry, r, PlockResult.INTERRUPTED, null);
      }
    }
  }

  void cancel(FileEntry entry, PlockRequest r) {
    if (r.state == PlockRequest.State.UNSENT) {
      end(entry, r, PlockResult.INTERRUPTED, null);
    } else if (r.state == PlockRequest.State.SENT && !r.cancelled) {
      r.cancelled = true;
      core.peers.send(r.sentTo, new Cancel(r.inode, r.id));
    }
  }

  /** Tells the table owner that a waiting request's owner holds a lock now. */
  void promote(PlockRequest r) {
    if (r.state == PlockRequest.State.SENT) {
      core.peers.send(r.sentTo, new Promote(r.inode, r.id));
    }
  }

  /** A view begins: what was sent to nodes that are gone is to be sent again. */
  void enterView(IntPredicate gone) {
    readyIn.keySet().removeIf(gone::test);
    for (FileEntry entry : core.files.values()) {
      entry.lookup = 0;
      entry.refusals = 0;
      if (entry.owner != FileEntry.UNKNOWN && gone.test(entry.owner)) {
        entry.owner = FileEntry.UNKNOWN;
      }
      for (PlockRequest r : List.copyOf(entry.outstanding.values())) {
        if (r.state == PlockRequest.State.SENT && gone.test(r.sentTo)) {
          unsend(entry, r);
        }
      }
    }
  }

  /** Goes on after {@link #enterView}, when the directory has begun the view too. */
  void resume() {
    for (FileEntry entry : core.files.values()) {
      if (!entry.outstanding.isEmpty()) {
        route(entry);
      }
    }
    lookUpWanted();
  }

  /**
   * Asks for every owner that is wanted: this node's directory answers now, or a tick has passed.
   */
  void lookUpWanted() {
    for (long inode : List.copyOf(wanted)) {
      FileEntry entry = core.files.get(inode);
      lookUp(entry);
      if (!entry.wanted) {
        route(entry);
      }
    }
  }

  void onReady(int from, Ready m) {
    readyIn.put(from, m.view());
    PlockView view = core.peers.view();
    if (view.id() != m.view()) {
      return;
    }
    for (long inode : List.copyOf(wanted)) {
      if (view.directoryNode(inode) == from) {
        lookUp(core.files.get(inode));
      }
    }
  }

  void onOwnerIs(OwnerIs m) {
    FileEntry entry = core.files.get(m.inode());
    if (entry == null || entry.lookup == 0 || entry.lookup != m.lookup()) {
      return;
    }
    found(entry, m.owner());
    route(entry);
  }

  void onReply(int from, Reply m) {
    FileEntry entry = core.files.get(m.inode());
    PlockRequest r = sent(entry, from, m.id());
    if (r == null) {
      return;
    }
    if (m.result() == PlockResult.GRANTED && r.op == Op.LOCK) {
      entry.copy.set(r.owner, r.pid, r.start, r.end, r.exclusive);
    } else if (m.result() == PlockResult.GRANTED && r.op == Op.UNLOCK) {
      entry.copy.clear(r.owner, r.start, r.end);
    }
    entry.refusals = 0;
    end(entry, r, m.result(), m.conflict());
  }

  void onNotOwner(int from, NotOwner m) {
    FileEntry entry = core.files.get(m.inode());
    PlockRequest r = sent(entry, from, m.id());
    if (r == null) {
      return;
    }
    if (entry.owner == from) {
      entry.owner = FileEntry.UNKNOWN;
      entry.refusals++;
    }
    unsend(entry, r);
    route(entry);
  }

  /**
   * Gives up what lies idle: empty tables of this node, and what is known of others'. Returns
   * whether the entry can be forgotten.
   */
  boolean giveUp(FileEntry entry) {
    if (!entry.outstanding.isEmpty() || entry.wanted || !entry.copy.isEmpty()) {
      return false;
    }
    if (entry.table == null) {
      return true;
    }
    PlockView view = core.peers.view();
    int keeper = view.directoryNode(entry.inode);
    if (!entry.table.isEmpty() || !answers(keeper)) {
      return false;
    }
    if (keeper == core.self()) {
      directory.release(entry.inode, keeper);
    } else {
      core.peers.send(keeper, new Release(entry.inode, view.id()));
    }
    return true;
  }

  /** Sends or carries out what can be, once the owner is known; else looks it up. */
  private void route(FileEntry entry) {
    if (entry.owner == FileEntry.UNKNOWN && !entry.outstanding.isEmpty()) {
      want(entry);
      if (entry.lookup == 0 && entry.refusals < MAX_REFUSALS) {
        lookUp(entry);
      }
    }
    if (entry.owner == FileEntry.UNKNOWN) {
      return;
    }
    for (PlockRequest r : List.copyOf(entry.outstanding.values())) {
      if (r.state != PlockRequest.State.UNSENT) {
        continue;
      }
      if (entry.table != null) {
        entry.outstanding.remove(r.id);
        underWay--;
        tables.serve(entry, r);
      } else {
        send(entry, r);
      }
    }
  }

  private void send(FileEntry entry, PlockRequest r) {
    r.state = PlockRequest.State.SENT;
    r.sentTo = entry.owner;
    core.peers.send(
        entry.owner,
        new Request(
            r.inode,
            r.id,
            r.op,
            r.exclusive,
            r.blocking,
            r.close,
            core.owners.isHolder(r.owner),
            r.owner.owner(),
            r.pid,
            r.start,
            r.end));
  }

  private void want(FileEntry entry) {
    entry.wanted = true;
    wanted.add(entry.inode);
  }

  private void lookUp(FileEntry entry) {
    PlockView view = core.peers.view();
    if (view == null || !answers(view.directoryNode(entry.inode))) {
      return;
    }
    int keeper = view.directoryNode(entry.inode);
    if (keeper == core.self()) {
      found(entry, directory.ownerFor(entry.inode, keeper));
    } else {
      entry.lookup = core.nextNumber();
      core.peers.send(keeper, new Lookup(entry.inode, entry.lookup, view.id()));
    }
  }

  private boolean answers(int keeper) {
    PlockView view = core.peers.view();
    if (keeper == core.self()) {
      return directory.isReady();
    }
    Long ready = readyIn.get(keeper);
    return ready != null && ready == view.id();
  }

  private void found(FileEntry entry, int owner) {
    entry.lookup = 0;
    entry.wanted = false;
    wanted.remove(entry.inode);
    if (entry.table == null && owner == core.self()) {
      core.own(entry);
      // What a lost table's copy still has without a claim is what an unlock under way gives up.
      entry.copy.clearNodes(node -> true);
    } else {
      entry.owner = owner;
    }
  }

  private PlockRequest sent(FileEntry entry, int to, long id) {
    PlockRequest r = entry == null ? null : entry.outstanding.get(id);
    return r != null && r.state == PlockRequest.State.SENT && r.sentTo == to ? r : null;
  }

  private void unsend(FileEntry entry, PlockRequest r) {
    r.state = PlockRequest.State.UNSENT;
    if (r.cancelled) {
      end(entry, r, PlockResult.INTERRUPTED, null);
    }
  }

  private void end(FileEntry entry, PlockRequest r, PlockResult result, PlockConflict conflict) {
    entry.outstanding.remove(r.id);
    underWay--;
    core.finish(r, result, conflict);
  }
}
