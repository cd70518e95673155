package org.lockstepfs.locks.plock;

import java.util.Iterator;
import java.util.List;
import java.util.function.IntPredicate;
import org.lockstepfs.locks.plock.PlockMessage.Cancel;
import org.lockstepfs.locks.plock.PlockMessage.Confirm;
import org.lockstepfs.locks.plock.PlockMessage.Lookup;
import org.lockstepfs.locks.plock.PlockMessage.NotOwner;
import org.lockstepfs.locks.plock.PlockMessage.Op;
import org.lockstepfs.locks.plock.PlockMessage.OwnerIs;
import org.lockstepfs.locks.plock.PlockMessage.ProbeOwner;
import org.lockstepfs.locks.plock.PlockMessage.ProbeRequest;
import org.lockstepfs.locks.plock.PlockMessage.Promote;
import org.lockstepfs.locks.plock.PlockMessage.Ready;
import org.lockstepfs.locks.plock.PlockMessage.Release;
import org.lockstepfs.locks.plock.PlockMessage.Reply;
import org.lockstepfs.locks.plock.PlockMessage.Request;
import org.lockstepfs.locks.plock.PlockMessage.SyncData;
import org.lockstepfs.locks.plock.PlockMessage.SyncRequest;

/**
 * Byte-range locks of one volume on one node; see the package for how the nodes work together.
 *
 * <p>Not thread-safe: one thread at a time brings events. Callbacks run before the event's method
 * returns, when the engine's state is whole, so they may bring further events. A lock or unlock in
 * a table of this node that nobody waits for allocates next to nothing and sends nothing.
 */
public final class PlockEngine {
  private final Core core;
  private final DeadlockDetector deadlocks;
  private final TableServer tables;
  private final Directory directory;
  private final Requester requester;
  private boolean settling;
  private boolean down;

  /** Makes an engine; requests wait until the first {@link #view}. */
  public PlockEngine(PlockConfig config, PlockEffects effects) {
    core = new Core(config, effects);
    deadlocks = new DeadlockDetector(core);
    tables = new TableServer(core, deadlocks);
    deadlocks.reportTo(tables::ended);
    directory = new Directory(core);
    requester = new Requester(core, directory, tables);
  }

  /**
   * Enters a view. Locks and waiting requests of members that are gone vanish; tables that they
   * owned are rebuilt by the members that remain, and nothing is needed of a node that leaves but
   * that it drops its own locks.
   *
   * <p>A member that has left never comes back with the same incarnation; a view with one that is
   * known to have left is of the past and is passed over. The caller gives a view without a dead
   * node only when that node can do no more harm (fenced, its journal replayed).
   *
   * @throws IllegalArgumentException if this node is not in it
   */
  public void view(PlockView view) {
    if (!view.contains(core.config.self())) {
      throw new IllegalArgumentException("view " + view + " lacks " + core.config.self());
    }
    PlockView old = core.peers.view();
    if (down || (old != null && old.id() == view.id()) || core.peers.isPast(view)) {
      return;
    }
    IntPredicate gone =
        node -> old != null && old.member(node) != null && !view.contains(old.member(node));
    core.peers.enter(view);
    for (FileEntry entry : core.files.values()) {
      if (entry.table != null) {
        entry.table.dropNodes(gone, tables::ended);
      }
    }
    requester.enterView(gone);
    directory.start();
    requester.resume();
    settle();
  }

  /**
   * Sets a lock; 0 &lt;= start &lt;= end.
   *
   * @return a handle for {@link #cancel}; null when the callback has been called already
   * @throws IllegalArgumentException if the range is not valid
   */
  public PlockRequest lock(
      long inode,
      long owner,
      int pid,
      long start,
      long end,
      boolean exclusive,
      boolean blocking,
      PlockCallback callback) {
    checkRange(start, end);
    PlockOwner who = new PlockOwner(core.self(), owner);
    FileEntry entry = down ? null : core.entry(inode);
    if (entry == null) {
      callback.done(down ? PlockResult.IO_ERROR : PlockResult.NO_LOCKS, null);
      return null;
    }
    if (entry.table != null && (!blocking || entry.table.waiters().isEmpty())) {
      PlockResult result = entry.table.tryLock(who, pid, start, end, exclusive, tables::ended);
      if (!blocking || result != PlockResult.AGAIN) {
        settle();
        callback.done(result, null);
        return null;
      }
    }
    PlockRequest request =
        request(inode, Op.LOCK, exclusive, blocking, false, who, pid, start, end, callback);
    if (blocking) {
      core.owners.startWaiting(request);
    }
    begin(entry, request);
    return request.isDone() ? null : request;
  }

  /**
   * Removes the owner's locks in the range; waiting requests stay. Costs nothing when the owner has
   * none in the file.
   *
   * @throws IllegalArgumentException if the range is not valid
   */
  public void unlock(long inode, long owner, long start, long end, PlockCallback callback) {
    checkRange(start, end);
    drop(inode, owner, start, end, false, callback);
  }

  /**
   * Drops the owner's locks on the file, and its waiting requests, which end with {@link
   * PlockResult#INTERRUPTED}. Costs nothing when the owner has neither.
   */
  public void close(long inode, long owner, PlockCallback callback) {
    drop(inode, owner, 0, Long.MAX_VALUE, true, callback);
  }

  /**
   * Finds a held lock that conflicts.
   *
   * @throws IllegalArgumentException if the range is not valid
   */
  public void test(
      long inode, long owner, long start, long end, boolean exclusive, PlockCallback callback) {
    checkRange(start, end);
    FileEntry entry = down ? null : core.entry(inode);
    if (entry == null) {
      callback.done(down ? PlockResult.IO_ERROR : PlockResult.NO_LOCKS, null);
      return;
    }
    PlockOwner who = new PlockOwner(core.self(), owner);
    begin(entry, request(inode, Op.GET, exclusive, false, false, who, 0, start, end, callback));
  }

  /**
   * Withdraws a waiting request: it ends with {@link PlockResult#INTERRUPTED} and leaves nothing,
   * or it was granted before and that stands. Does nothing to other requests.
   */
  public void cancel(PlockRequest request) {
    if (down || !request.waits() || request.isDone()) {
      return;
    }
    FileEntry entry = core.files.get(request.inode);
    if (request.state == PlockRequest.State.QUEUED) {
      tables.cancel(entry, request);
    } else {
      requester.cancel(entry, request);
    }
    settle();
  }

  /**
   * Takes a message.
   *
   * @return false if one before it is missing: the connection must be reset and what was not
   *     confirmed sent again, in order
   */
  public boolean onMessage(PlockEnvelope envelope) {
    if (down) {
      return true;
    }
    Peers.Verdict verdict = core.peers.receive(envelope);
    if (verdict == Peers.Verdict.MEMBER) {
      dispatch(envelope.from(), envelope.message());
      settle();
    } else if (verdict == Peers.Verdict.NOT_YET_MEMBER
        && envelope.message() instanceof SyncRequest m) {
      directory.onSyncRequest(envelope.from(), m);
    }
    return verdict != Peers.Verdict.GAP;
  }

  /**
   * Gives up tables that lie idle and looks again for deadlocks; the caller brings it about once a
   * second.
   */
  public void tick() {
    if (down || core.peers.view() == null) {
      return;
    }
    deadlocks.tick();
    requester.lookUpWanted();
    for (Iterator<FileEntry> it = core.files.values().iterator(); it.hasNext(); ) {
      FileEntry entry = it.next();
      if (++entry.idle > core.config.idleTicks() && requester.giveUp(entry)) {
        it.remove();
      }
    }
    settle();
  }

  /** Ends every request with {@link PlockResult#IO_ERROR}; the engine answers so from now on. */
  public void shutdown() {
    if (down) {
      return;
    }
    down = true;
    for (FileEntry entry : core.files.values()) {
      for (PlockRequest request : List.copyOf(entry.outstanding.values())) {
        core.finish(request, PlockResult.IO_ERROR, null);
      }
      if (entry.table != null) {
        for (Waiter waiter : entry.table.waiters()) {
          if (waiter.local != null) {
            core.finish(waiter.local, PlockResult.IO_ERROR, null);
          }
        }
      }
    }
    settle();
    core.files.clear();
  }

  /** Returns whether this node owns the file's table. */
  boolean ownsTable(long inode) {
    FileEntry entry = core.files.get(inode);
    return entry != null && entry.table != null;
  }

  /** Returns the shared state; for checkers in tests. */
  Core core() {
    return core;
  }

  private void drop(
      long inode, long owner, long start, long end, boolean close, PlockCallback callback) {
    FileEntry entry = core.files.get(inode);
    if (down || entry == null) {
      callback.done(down ? PlockResult.IO_ERROR : PlockResult.GRANTED, null);
      return;
    }
    entry.idle = 0;
    PlockOwner who = new PlockOwner(core.self(), owner);
    if (entry.table != null) {
      PlockResult result = PlockResult.GRANTED;
      if (close) {
        entry.table.close(who, tables::ended);
      } else {
        result = entry.table.unlock(who, start, end, tables::ended);
      }
      settle();
      callback.done(result, null);
      return;
    }
    if (close) {
      requester.dropUnsent(entry, who);
    }
    if (!requester.concerns(entry, who)) {
      settle();
      callback.done(PlockResult.GRANTED, null);
      return;
    }
    begin(entry, request(inode, Op.UNLOCK, false, false, close, who, 0, start, end, callback));
  }

  private PlockRequest request(
      long inode,
      Op op,
      boolean exclusive,
      boolean blocking,
      boolean close,
      PlockOwner owner,
      int pid,
      long start,
      long end,
      PlockCallback callback) {
    return new PlockRequest(
        core.nextNumber(), inode, op, exclusive, blocking, close, owner, pid, start, end, callback);
  }

  private void begin(FileEntry entry, PlockRequest request) {
    if (entry.table != null) {
      tables.serve(entry, request);
    } else {
      requester.start(entry, request);
    }
    settle();
  }

  private void dispatch(int from, PlockMessage message) {
    if (message instanceof Request m) {
      tables.onRequest(from, m);
    } else if (message instanceof Reply m) {
      requester.onReply(from, m);
    } else if (message instanceof NotOwner m) {
      requester.onNotOwner(from, m);
    } else if (message instanceof Cancel m) {
      tables.onCancel(from, m);
    } else if (message instanceof Promote m) {
      tables.onPromote(from, m);
    } else if (message instanceof Lookup m) {
      directory.onLookup(from, m);
    } else if (message instanceof OwnerIs m) {
      requester.onOwnerIs(m);
    } else if (message instanceof Release m) {
      directory.onRelease(from, m);
    } else if (message instanceof SyncRequest m) {
      directory.onSyncRequest(from, m);
    } else if (message instanceof SyncData m) {
      boolean wasReady = directory.isReady();
      directory.onSyncData(from, m);
      if (directory.isReady() && !wasReady) {
        requester.lookUpWanted();
      }
    } else if (message instanceof Ready m) {
      requester.onReady(from, m);
    } else if (message instanceof ProbeOwner m) {
      deadlocks.onProbeOwner(m);
    } else if (message instanceof ProbeRequest m) {
      deadlocks.onProbeRequest(m);
    } else if (message instanceof Confirm m) {
      deadlocks.onConfirm(m);
    }
  }

  /** Finishes an event: promotions that it caused, then callbacks. */
  private void settle() {
    if (settling) {
      return;
    }
    settling = true;
    try {
      while (promoteNext() || callNext()) {
        continue;
      }
    } finally {
      settling = false;
    }
  }

  private boolean promoteNext() {
    PlockRequest request = core.owners.nextPromoted();
    if (request == null) {
      return false;
    }
    if (request.state == PlockRequest.State.QUEUED) {
      tables.promote(core.files.get(request.inode), core.self(), request.id);
    } else {
      requester.promote(request);
    }
    return true;
  }

  private boolean callNext() {
    PlockRequest request = core.nextEnded();
    if (request == null) {
      return false;
    }
    request.callback.done(request.result, request.conflict);
    return true;
  }

  private static void checkRange(long start, long end) {
    if (start < 0 || end < start) {
      throw new IllegalArgumentException("range " + start + ".." + end + " is not valid");
    }
  }
}
