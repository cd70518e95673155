package org.lockstepfs.fuse.kernel;

import java.util.ArrayList;
import java.util.List;
import jnr.constants.platform.Errno;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.Replies;
import org.lockstepfs.fuse.vfs.Request;

/** The byte-range locks of one file in memory, with a list of waiters. */
final class MemoryLocks {
  private record Waiter(FileLock lock, Replies.Ok reply) {}

  private final List<FileLock> held = new ArrayList<>();
  private final List<Waiter> waiters = new ArrayList<>();

  void set(Request rq, FileLock lock, boolean wait, Replies.Ok reply) {
    Waiter waiter = new Waiter(lock, reply);
    synchronized (this) {
      if (conflict(lock) != null) {
        if (!wait) {
          reply.error(Errno.EAGAIN);
          return;
        }
        waiters.add(waiter);
      } else {
        apply(lock);
        waiter = null;
      }
    }
    if (waiter == null) {
      reply.ok();
      if (lock.type() != FileLock.Type.WRITE) {
        wake();
      }
      return;
    }
    Waiter queued = waiter;
    rq.onInterrupt(
        () -> {
          boolean mine;
          synchronized (this) {
            mine = waiters.remove(queued);
          }
          if (mine) {
            reply.error(Errno.EINTR);
          }
        });
  }

  synchronized FileLock test(FileLock lock) {
    FileLock other = conflict(lock);
    return other != null
        ? other
        : new FileLock(lock.owner(), lock.start(), lock.end(), FileLock.Type.UNLOCK, 0);
  }

  synchronized int waiters() {
    return waiters.size();
  }

  void dropOwner(long owner) {
    synchronized (this) {
      if (held.isEmpty()) {
        return;
      }
      apply(new FileLock(owner, 0, Long.MAX_VALUE, FileLock.Type.UNLOCK, 0));
    }
    wake();
  }

  private void wake() {
    List<Waiter> granted = new ArrayList<>();
    synchronized (this) {
      for (Waiter w : List.copyOf(waiters)) {
        if (conflict(w.lock) == null) {
          waiters.remove(w);
          apply(w.lock);
          granted.add(w);
        }
      }
    }
    granted.forEach(w -> w.reply.ok());
  }

  private FileLock conflict(FileLock lock) {
    if (lock.type() == FileLock.Type.UNLOCK) {
      return null;
    }
    for (FileLock h : held) {
      boolean overlap = h.start() <= lock.end() && lock.start() <= h.end();
      boolean exclusive = h.type() == FileLock.Type.WRITE || lock.type() == FileLock.Type.WRITE;
      if (h.owner() != lock.owner() && overlap && exclusive) {
        return h;
      }
    }
    return null;
  }

  private void apply(FileLock lock) {
    for (FileLock h : List.copyOf(held)) {
      if (h.owner() == lock.owner() && h.start() <= lock.end() && lock.start() <= h.end()) {
        held.remove(h);
        if (h.start() < lock.start()) {
          held.add(new FileLock(h.owner(), h.start(), lock.start() - 1, h.type(), h.pid()));
        }
        if (h.end() > lock.end()) {
          held.add(new FileLock(h.owner(), lock.end() + 1, h.end(), h.type(), h.pid()));
        }
      }
    }
    if (lock.type() != FileLock.Type.UNLOCK) {
      held.add(lock);
    }
  }
}
