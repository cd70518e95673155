package org.lockstepfs.locks.plock;

import org.lockstepfs.locks.plock.PlockMessage.Cancel;
import org.lockstepfs.locks.plock.PlockMessage.NotOwner;
import org.lockstepfs.locks.plock.PlockMessage.Promote;
import org.lockstepfs.locks.plock.PlockMessage.Reply;
import org.lockstepfs.locks.plock.PlockMessage.Request;

/** Serves the tables that this node owns, for its own requests and for other nodes'. */
final class TableServer {
  private final Core core;
  private final DeadlockDetector deadlocks;

  TableServer(Core core, DeadlockDetector deadlocks) {
    this.core = core;
    this.deadlocks = deadlocks;
  }

  /** Carries out a request of this node. */
  void serve(FileEntry entry, PlockRequest r) {
    FileTable table = entry.table;
    switch (r.op) {
      case LOCK -> serveLock(entry, r);
      case UNLOCK -> {
        if (r.close) {
          table.close(r.owner, this::ended);
          core.finish(r, PlockResult.GRANTED, null);
        } else {
          core.finish(r, table.unlock(r.owner, r.start, r.end, this::ended), null);
        }
      }
      case GET ->
          core.finish(
              r,
              PlockResult.GRANTED,
              table.held().firstConflict(r.owner, r.start, r.end, r.exclusive));
    }
  }

  private void serveLock(FileEntry entry, PlockRequest r) {
    if (!r.blocking) {
      core.finish(
          r, entry.table.tryLock(r.owner, r.pid, r.start, r.end, r.exclusive, this::ended), null);
      return;
    }
    r.state = PlockRequest.State.QUEUED;
    Waiter waiter =
        new Waiter(
            entry.inode,
            r.owner,
            r.pid,
            r.start,
            r.end,
            r.exclusive,
            r.id,
            r,
            core.owners.isHolder(r.owner));
    PlockResult result = entry.table.lockOrWait(waiter, this::ended);
    if (result != null) {
      core.finish(r, result, null);
    } else {
      deadlocks.blocked(entry, waiter);
    }
  }

  void onRequest(int from, Request m) {
    FileEntry entry = core.files.get(m.inode());
    if (entry == null || entry.table == null) {
      core.peers.send(from, new NotOwner(m.inode(), m.id()));
      return;
    }
    entry.idle = 0;
    PlockOwner owner = new PlockOwner(from, m.owner());
    FileTable table = entry.table;
    PlockResult result = PlockResult.GRANTED;
    PlockConflict conflict = null;
    switch (m.op()) {
      case LOCK -> result = lockFor(entry, owner, m);
      case UNLOCK -> {
        if (m.close()) {
          table.close(owner, this::ended);
        } else {
          result = table.unlock(owner, m.start(), m.end(), this::ended);
        }
      }
      case GET -> conflict = table.held().firstConflict(owner, m.start(), m.end(), m.exclusive());
    }
    if (result != null) {
      core.peers.send(from, new Reply(m.inode(), m.id(), result, conflict));
    }
  }

  private PlockResult lockFor(FileEntry entry, PlockOwner owner, Request m) {
    if (!m.blocking()) {
      return entry.table.tryLock(owner, m.pid(), m.start(), m.end(), m.exclusive(), this::ended);
    }
    Waiter waiter =
        new Waiter(
            entry.inode,
            owner,
            m.pid(),
            m.start(),
            m.end(),
            m.exclusive(),
            m.id(),
            null,
            m.holder());
    PlockResult result = entry.table.lockOrWait(waiter, this::ended);
    if (result == null) {
      deadlocks.blocked(entry, waiter);
    }
    return result;
  }

  void onCancel(int from, Cancel m) {
    FileEntry entry = core.files.get(m.inode());
    Waiter waiter = waiter(entry, from, m.id());
    if (waiter != null) {
      entry.table.end(waiter, PlockResult.INTERRUPTED, this::ended);
    }
  }

  /** Withdraws a queued request of this node. */
  void cancel(FileEntry entry, PlockRequest request) {
    Waiter waiter = waiter(entry, core.self(), request.id);
    if (waiter != null) {
      entry.table.end(waiter, PlockResult.INTERRUPTED, this::ended);
    }
  }

  void onPromote(int from, Promote m) {
    promote(core.files.get(m.inode()), from, m.id());
  }

  /** Takes a waiting request out of the fairness rule: its owner holds a lock now. */
  void promote(FileEntry entry, int node, long request) {
    Waiter waiter = waiter(entry, node, request);
    if (waiter != null) {
      waiter.holder = true;
      entry.table.wake(this::ended);
      deadlocks.blocked(entry, waiter);
    }
  }

  /** Passes on how a waiting request ended. */
  void ended(Waiter waiter, PlockResult result) {
    if (waiter.local != null) {
      core.finish(waiter.local, result, null);
    } else {
      core.peers.send(waiter.owner.node(), new Reply(waiter.inode, waiter.request, result, null));
    }
  }

  private static Waiter waiter(FileEntry entry, int node, long request) {
    return entry == null || entry.table == null ? null : entry.table.waiter(node, request);
  }
}
