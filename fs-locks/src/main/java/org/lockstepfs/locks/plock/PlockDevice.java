package org.lockstepfs.locks.plock;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;

/**
 * The kernel's half of {@code dlm_plock}: hands requests of this node's processes to a daemon that
 * keeps the lock table, and matches its results. Like the kernel it also remembers what was
 * granted, so that a close of an owner without locks costs nothing. Not thread-safe.
 *
 * <p>Requests wait while no daemon is connected. A daemon that connects anew begins with an empty
 * table: it is first told what this node's processes hold, then given again what its predecessor
 * took and did not answer.
 *
 * <p>Beyond the kernel, which knows killed waiters only: a waiter that a signal interrupts may hold
 * other ranges of the file, which UNLOCK with CLOSE would drop. Its request stays with the daemon,
 * and is given back if it is granted later.
 *
 * <p>Source: Linux 6.1 fs/dlm/plock.c.
 */
public final class PlockDevice {
  /** Requests under way, at the most; one more ends with ENOLCK. */
  static final int MAX_REQUESTS = 65_536;

  private static final int ENOENT = -2;
  private static final int EINTR = -4;
  private static final int EIO = -5;
  private static final int ENOLCK = -37;

  private final HeldRanges held = new HeldRanges();
  private final Consumer<PlockInfo> lost;
  private Deque<PlockOp> send = new ArrayDeque<>();
  private final List<PlockOp> received = new ArrayList<>();
  private boolean tellsClose = true;

  /**
   * Makes a device without requests.
   *
   * @param lost told of a lock that a process holds and a new daemon refuses
   */
  public PlockDevice(Consumer<PlockInfo> lost) {
    this.lost = lost;
  }

  /**
   * Begins a request.
   *
   * @param request without CLOSE; see {@link #close}
   */
  public PlockOp submit(PlockInfo request, PlockOp.Answer answer) {
    PlockOp op = new PlockOp(request, answer, false);
    if (request.op() == PlockMessage.Op.UNLOCK && !held.clear(request)) {
      op.end(0, null);
    } else if (request.op() != PlockMessage.Op.UNLOCK
        && send.size() + received.size() >= MAX_REQUESTS) {
      op.end(ENOLCK, null);
    } else {
      send.add(op);
    }
    return op;
  }

  /**
   * Withdraws a waiting request, which ends with EINTR. One that was answered before stands;
   * requests that do not wait are not withdrawn.
   */
  public void cancel(PlockOp op) {
    if (!op.info.waits() || op.isAnswered()) {
      return;
    }
    if (!send.remove(op)) {
      if (tellsClose && !held.holds(op.info) && !othersOf(op)) {
        received.remove(op);
        drop(op.info);
      } else {
        op.abandoned = true;
      }
    }
    op.end(EINTR, null);
  }

  private boolean othersOf(PlockOp op) {
    return send.stream().anyMatch(other -> other.isOf(op.info))
        || received.stream().anyMatch(other -> other != op && other.isOf(op.info));
  }

  /** The owner closed the file: its locks go, its waiting requests end with EINTR. */
  public void close(PlockInfo who) {
    boolean concerned = held.clear(who.unlockAndClose());
    for (Iterator<PlockOp> it = send.iterator(); it.hasNext(); ) {
      PlockOp op = it.next();
      if (op.isLock() && op.isOf(who)) {
        if (op.info.waits()) {
          it.remove();
          op.end(EINTR, null);
        } else {
          op.closed = true;
          concerned = true;
        }
      }
    }
    concerned |= closeReceived(who, EINTR);
    if (concerned) {
      drop(who);
    }
  }

  private boolean closeReceived(PlockInfo who, int rv) {
    boolean any = false;
    for (Iterator<PlockOp> it = received.iterator(); it.hasNext(); ) {
      PlockOp op = it.next();
      if (!op.isLock() || !op.isOf(who)) {
        continue;
      }
      any = true;
      if (!op.info.waits()) {
        op.closed = true;
        continue;
      }
      if (tellsClose) {
        it.remove();
      } else {
        op.abandoned = true;
      }
      op.end(rv, null);
    }
    return any;
  }

  private void drop(PlockInfo who) {
    sendSilently(who.unlockAndClose());
  }

  /** Takes the next request for the daemon; null if there is none. */
  public PlockInfo read() {
    PlockOp op = send.poll();
    if (op == null) {
      return null;
    }
    if (!op.info.close() || !tellsClose) {
      received.add(op);
    }
    return op.info;
  }

  /**
   * Takes a result.
   *
   * @return false if no request matches it
   */
  public boolean write(PlockInfo result) {
    PlockOp op = match(result);
    if (op == null) {
      return false;
    }
    received.remove(op);
    int rv = result.rv();
    switch (op.info.op()) {
      case LOCK -> locked(op, rv > 0 ? EIO : rv);
      case UNLOCK -> op.end(rv == ENOENT ? 0 : rv > 0 ? EIO : rv, null);
      case GET -> op.end(rv == ENOENT || rv > 0 ? 0 : rv, rv > 0 ? result : null);
    }
    return true;
  }

  /** Results of waiting requests come in any order, all others in the order of the requests. */
  private PlockOp match(PlockInfo result) {
    for (PlockOp op : received) {
      PlockInfo i = op.info;
      boolean same =
          result.waits()
              ? i.waits()
                  && op.isOf(result)
                  && i.pid() == result.pid()
                  && i.start() == result.start()
                  && i.end() == result.end()
                  && i.exclusive() == result.exclusive()
              : !i.waits() && i.fsid() == result.fsid();
      if (same) {
        return op;
      }
    }
    return null;
  }

  private void locked(PlockOp op, int rv) {
    if (rv == 0 && op.abandoned) {
      giveBack(op.info);
    } else if (rv == 0 && !op.closed) {
      held.set(op.info);
    }
    op.end(rv, null);
  }

  /** Brings the daemon's table back to what the owner holds in the range. */
  private void giveBack(PlockInfo lock) {
    long at = lock.start();
    for (PlockInfo range : held.of(lock)) {
      if (range.start() > at) {
        sendSilently(lock.other(PlockMessage.Op.UNLOCK, false, at, range.start() - 1));
      }
      if (range.exclusive() != lock.exclusive()) {
        sendSilently(range);
      }
      if (range.end() == Long.MAX_VALUE) {
        return;
      }
      at = range.end() + 1;
    }
    if (at <= lock.end()) {
      sendSilently(lock.other(PlockMessage.Op.UNLOCK, false, at, lock.end()));
    }
  }

  private void sendSilently(PlockInfo request) {
    send.add(new PlockOp(request, (rv, conflict) -> {}, true));
  }

  /** A daemon has connected; its table is empty. */
  public void attached(PlockFraming framing) {
    tellsClose = framing.tellsClose();
    Deque<PlockOp> waiting = send;
    send = new ArrayDeque<>();
    for (PlockInfo range : held.all()) {
      send.add(
          new PlockOp(
              range,
              (rv, conflict) -> {
                if (rv != 0) {
                  lost.accept(range);
                }
              },
              true));
    }
    send.addAll(waiting);
  }

  /** The daemon is gone: what it did not answer is for the next one. */
  public void detached() {
    Deque<PlockOp> again = new ArrayDeque<>(received);
    again.addAll(send);
    again.removeIf(op -> op.own || op.isAnswered());
    received.clear();
    send = again;
  }

  /** A volume is left: its requests end with EIO, its owners' locks are dropped. */
  public void forget(int fsid) {
    List<PlockInfo> owners = new ArrayList<>(held.ownersIn(fsid));
    for (Iterator<PlockOp> it = send.iterator(); it.hasNext(); ) {
      PlockOp op = it.next();
      if (op.info.fsid() == fsid && !op.info.close()) {
        it.remove();
        op.end(EIO, null);
      }
    }
    for (PlockOp op : List.copyOf(received)) {
      if (op.info.fsid() == fsid && op.isLock()) {
        owners.add(op.info);
        closeReceived(op.info, EIO);
      }
      if (op.info.fsid() == fsid) {
        // Those that do not wait stay: the daemon's result is theirs, not a later request's.
        op.end(EIO, null);
      }
    }
    for (PlockInfo owner : owners) {
      held.clear(owner.unlockAndClose());
      drop(owner);
    }
  }

  /** Returns the requests that have no result yet, of daemons as of processes; for tests. */
  int underWay() {
    return send.size() + received.size();
  }
}
