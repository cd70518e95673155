package org.lockstepfs.fuse.dlmglue;

import static org.lockstepfs.locks.mode.LockMode.NL;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import jnr.constants.platform.Errno;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.LockId;

/**
 * flock(2) on a volume that only this node mounts: a table of holders and waiters per file, under
 * one monitor. As in Linux, a request waits for holders only, not for those who waited before it;
 * among the waiters the oldest goes first.
 *
 * <p>Source: Linux 6.1 fs/locks.c, flock_lock_inode.
 */
final class LocalFlocks {
  private final LockStats stats;
  private final LongSupplier nanoTime;
  private final Map<LockId, FileLocks> files = new HashMap<>();

  LocalFlocks(LockStats stats, LongSupplier nanoTime) {
    this.stats = stats;
    this.nanoTime = nanoTime;
  }

  FlockRes open(LockId file) {
    return new LocalFlock(file);
  }

  /** Returns how many files have holders or waiters. */
  synchronized int size() {
    return files.size();
  }

  private record Waiter(LocalFlock owner, FlockRequest request) {}

  private record Answer(FlockRequest request, Errno error) {}

  private static final class FileLocks {
    final Map<LocalFlock, LockMode> holders = new HashMap<>();
    final Deque<Waiter> waiters = new ArrayDeque<>();

    boolean admits(LocalFlock asking, LockMode wanted) {
      for (Map.Entry<LocalFlock, LockMode> holder : holders.entrySet()) {
        if (holder.getKey() != asking && !holder.getValue().compatibleWith(wanted)) {
          return false;
        }
      }
      return true;
    }

    void grantWaiters(List<Answer> answers) {
      for (Iterator<Waiter> i = waiters.iterator(); i.hasNext(); ) {
        Waiter waiter = i.next();
        if (admits(waiter.owner(), waiter.request().target)) {
          i.remove();
          holders.put(waiter.owner(), waiter.request().target);
          answers.add(new Answer(waiter.request(), null));
        }
      }
    }
  }

  private void answer(List<Answer> answers) {
    for (Answer answer : answers) {
      answer.request().complete(answer.error(), stats, nanoTime.getAsLong());
    }
  }

  private final class LocalFlock implements FlockRes {
    private final LockId file;
    private boolean closed;

    LocalFlock(LockId file) {
      this.file = file;
    }

    @Override
    public Pending lock(LockMode level, boolean nonblock, Consumer<Errno> done) {
      FlockRequest request = new FlockRequest(level, nonblock, nanoTime.getAsLong(), done);
      List<Answer> answers = new ArrayList<>();
      synchronized (LocalFlocks.this) {
        if (closed) {
          answers.add(new Answer(request, Errno.EBADF));
        } else {
          take(request, answers);
        }
      }
      answer(answers);
      return () -> cancel(request);
    }

    private void take(FlockRequest request, List<Answer> answers) {
      FileLocks locks = files.computeIfAbsent(file, f -> new FileLocks());
      LockMode held = locks.holders.get(this);
      if (held != null && request.target.strongerThan(held)) {
        locks.holders.remove(this);
        locks.grantWaiters(answers);
      }
      if (locks.admits(this, request.target)) {
        locks.holders.put(this, request.target);
        answers.add(new Answer(request, null));
        locks.grantWaiters(answers);
      } else if (request.nonblock) {
        answers.add(new Answer(request, Errno.EAGAIN));
      } else {
        locks.waiters.add(new Waiter(this, request));
      }
      forgetIfIdle(locks);
    }

    private void forgetIfIdle(FileLocks locks) {
      if (locks.holders.isEmpty() && locks.waiters.isEmpty()) {
        files.remove(file);
      }
    }

    private void cancel(FlockRequest request) {
      synchronized (LocalFlocks.this) {
        FileLocks locks = files.get(file);
        if (locks == null || !locks.waiters.removeIf(w -> w.request() == request)) {
          return;
        }
        forgetIfIdle(locks);
      }
      answer(List.of(new Answer(request, Errno.EINTR)));
    }

    @Override
    public void unlock(Consumer<Errno> done) {
      List<Answer> answers = new ArrayList<>();
      synchronized (LocalFlocks.this) {
        release(answers);
      }
      answer(answers);
      done.accept(null);
    }

    private void release(List<Answer> answers) {
      FileLocks locks = files.get(file);
      if (locks != null && locks.holders.remove(this) != null) {
        locks.grantWaiters(answers);
        forgetIfIdle(locks);
      }
    }

    @Override
    public void close(Runnable done) {
      List<Answer> answers = new ArrayList<>();
      synchronized (LocalFlocks.this) {
        closed = true;
        dropWaiters(answers);
        release(answers);
      }
      answer(answers);
      done.run();
    }

    private void dropWaiters(List<Answer> answers) {
      FileLocks locks = files.get(file);
      if (locks == null) {
        return;
      }
      for (Iterator<Waiter> i = locks.waiters.iterator(); i.hasNext(); ) {
        Waiter waiter = i.next();
        if (waiter.owner() == this) {
          i.remove();
          answers.add(new Answer(waiter.request(), Errno.EINTR));
        }
      }
      forgetIfIdle(locks);
    }

    @Override
    public LockMode level() {
      synchronized (LocalFlocks.this) {
        FileLocks locks = files.get(file);
        return locks == null ? NL : locks.holders.getOrDefault(this, NL);
      }
    }
  }
}
