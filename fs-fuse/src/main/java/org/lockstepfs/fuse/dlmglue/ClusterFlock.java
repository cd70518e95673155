package org.lockstepfs.fuse.dlmglue;

import static org.lockstepfs.locks.mode.LockMode.NL;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumSet;
import java.util.List;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The flock(2) lock of one open file in the cluster: a lock of its own on the file's resource, so
 * that the lock manager keeps apart open files of one node as it does those of several.
 *
 * <p>A small machine: requests queue, {@link #advance} makes the next call, an AST advances again.
 * The lock is first made at NL, so that every wait is a conversion, which can be cancelled. It is
 * never cached: a BAST needs no answer. One thread at a time runs the machine, whoever came first;
 * so calls never overlap, and a cancel never overtakes the call that it is meant for.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, ocfs2_file_lock, ocfs2_file_unlock,
 * ocfs2_flock_handle_signal; locks.c, ocfs2_do_flock.
 */
final class ClusterFlock extends LksbOwner implements FlockRes {
  private static final Logger log = LoggerFactory.getLogger(ClusterFlock.class);

  /** Bound of waiting requests per open file. */
  private static final int MAX_WAITING = 4096;

  /** What is outstanding with the cluster. */
  private enum Call {
    /** Nothing. */
    NONE,
    /** The request that makes the lock, at NL. */
    ATTACH,
    /** The conversion to what {@link #current} wants. */
    CONVERT,
    /** A conversion to what is weaker: PR, if that is what is wanted, else NL. */
    DOWNCONVERT,
    /** The unlock that ends it all. */
    DROP,
    /** The cancel of a CONVERT; what is outstanding stays CONVERT. */
    CANCEL
  }

  private record Answer(FlockRequest request, Errno error) {}

  private final DlmGlue glue;
  private final LockId name;
  private final Lksb lksb = new Lksb(this);
  private final Deque<FlockRequest> queue = new ArrayDeque<>();
  private final List<Answer> answers = new ArrayList<>();
  private final List<Runnable> closers = new ArrayList<>();

  private Call outstanding = Call.NONE;
  private FlockRequest current;
  private LockMode level = NL;
  private boolean attached;
  private boolean cancelSent;
  private boolean closing;

  /** The cluster said EBUSY: nothing is tried until the timer has cleared this. */
  private boolean delayed;

  private boolean running;

  ClusterFlock(DlmGlue glue, LockId name) {
    this.glue = glue;
    this.name = name;
  }

  @Override
  public Pending lock(LockMode wanted, boolean nonblock, Consumer<Errno> done) {
    FlockRequest request = new FlockRequest(wanted, nonblock, glue.nanoTime(), done);
    submit(request);
    return () -> cancel(request);
  }

  @Override
  public void unlock(Consumer<Errno> done) {
    submit(new FlockRequest(NL, false, glue.nanoTime(), done));
  }

  private void submit(FlockRequest request) {
    synchronized (this) {
      if (closing) {
        answers.add(new Answer(request, Errno.EBADF));
      } else if (queue.size() >= MAX_WAITING) {
        answers.add(new Answer(request, Errno.ENOLCK));
      } else {
        queue.add(request);
      }
    }
    advance();
  }

  private void cancel(FlockRequest request) {
    synchronized (this) {
      request.cancelled = true;
      if (queue.remove(request)) {
        answers.add(new Answer(request, Errno.EINTR));
      }
    }
    advance();
  }

  @Override
  public void close(Runnable done) {
    synchronized (this) {
      closing = true;
      closers.add(done);
      for (FlockRequest request : queue) {
        answers.add(new Answer(request, Errno.EINTR));
      }
      queue.clear();
      if (current != null) {
        current.cancelled = true;
      }
    }
    advance();
  }

  @Override
  public synchronized LockMode level() {
    return level;
  }

  /** Runs the machine until it waits for the cluster; leaves that to the thread that is at it. */
  private void advance() {
    synchronized (this) {
      if (running) {
        return;
      }
      running = true;
    }
    for (; ; ) {
      Call next;
      List<Answer> toAnswer;
      List<Runnable> toClose;
      synchronized (this) {
        next = next();
        toAnswer = List.copyOf(answers);
        answers.clear();
        toClose = isGone() ? List.copyOf(closers) : List.of();
        closers.removeAll(toClose);
        if (next == Call.NONE && toAnswer.isEmpty() && toClose.isEmpty()) {
          running = false;
          return;
        }
      }
      toAnswer.forEach(a -> a.request().complete(a.error(), stats(), glue.nanoTime()));
      toClose.forEach(Runnable::run);
      if (next != Call.NONE) {
        call(next);
      }
    }
  }

  private boolean isGone() {
    return closing && !attached && current == null && outstanding == Call.NONE;
  }

  /** Decides what to call, and books it as outstanding. */
  private Call next() {
    if (delayed) {
      return Call.NONE;
    }
    if (outstanding != Call.NONE) {
      boolean cancel =
          outstanding == Call.CONVERT && current.cancelled && !cancelSent && !current.nonblock;
      cancelSent |= cancel;
      return cancel ? Call.CANCEL : Call.NONE;
    }
    while (current != null || !queue.isEmpty()) {
      current = current == null ? queue.poll() : current;
      Call call = nextForCurrent();
      if (call != Call.NONE) {
        outstanding = call;
        return call;
      }
    }
    outstanding = closing && attached ? Call.DROP : Call.NONE;
    return outstanding;
  }

  private Call nextForCurrent() {
    if (level == current.target) {
      finish(null);
      return Call.NONE;
    }
    if (level != NL) {
      return Call.DOWNCONVERT;
    }
    if (current.cancelled) {
      finish(Errno.EINTR);
      return Call.NONE;
    }
    return attached ? Call.CONVERT : Call.ATTACH;
  }

  /**
   * What a held lock is converted to: never up, for two holders of PR would wait for each other.
   */
  private LockMode weaker() {
    return level.strongerThan(current.target) ? current.target : NL;
  }

  private void finish(Errno error) {
    answers.add(new Answer(current, error));
    current = null;
  }

  private void call(Call call) {
    try {
      switch (call) {
        case ATTACH -> lockCall(NL, EnumSet.noneOf(LockFlag.class));
        case CONVERT -> lockCall(current.target, convertFlags(current.nonblock));
        case DOWNCONVERT -> lockCall(weaker(), convertFlags(false));
        case DROP -> glue.connection().unlock(lksb, EnumSet.noneOf(LockFlag.class));
        case CANCEL -> glue.connection().unlock(lksb, EnumSet.of(LockFlag.CANCEL));
        default -> throw new IllegalStateException("no call");
      }
    } catch (ErrnoException e) {
      synchronized (this) {
        callFailed(call, e);
      }
    }
  }

  private void lockCall(LockMode mode, EnumSet<LockFlag> flags) throws ErrnoException {
    glue.connection().lock(mode, lksb, flags, name);
  }

  private static EnumSet<LockFlag> convertFlags(boolean nonblock) {
    return nonblock ? EnumSet.of(LockFlag.CONVERT, LockFlag.NOQUEUE) : EnumSet.of(LockFlag.CONVERT);
  }

  private void callFailed(Call call, ErrnoException e) {
    boolean busy = e.errno() == Errno.EBUSY;
    if (!busy && e.errno() != Errno.EAGAIN) {
      log.error("{}: flock {}", glue, name, e);
    }
    if (call == Call.CANCEL) {
      cancelSent = false;
      if (outstanding == Call.CONVERT) {
        // Too early or too late: if the grant is not on its way, the cancel is sent again.
        delay();
      }
    } else if (busy) {
      outstanding = Call.NONE;
      delay();
    } else {
      ended(e.errno());
    }
  }

  private void delay() {
    delayed = true;
    glue.downconverter()
        .retryBusy(
            () -> {
              synchronized (this) {
                delayed = false;
              }
              advance();
            });
  }

  /** The outstanding call has ended. */
  private void ended(Errno error) {
    Call ended = outstanding;
    outstanding = Call.NONE;
    cancelSent = false;
    switch (ended) {
      case ATTACH -> {
        attached = error == null;
        if (error != null) {
          finish(Errno.EIO);
        }
      }
      case CONVERT -> {
        level = error == null ? current.target : level;
        finish(answerFor(error));
      }
      case DOWNCONVERT -> {
        if (error == null) {
          level = weaker();
        } else {
          finish(Errno.EIO);
        }
      }
      case DROP -> {
        attached = false;
        level = NL;
      }
      default -> log.warn("{}: flock {}: AST without a call", glue, name);
    }
  }

  private static Errno answerFor(Errno error) {
    if (error == null || error == Errno.EAGAIN) {
      return error;
    }
    return error == Errno.ECANCELED ? Errno.EINTR : Errno.EIO;
  }

  @Override
  void lockAst(Errno error) {
    synchronized (this) {
      ended(error);
    }
    advance();
  }

  @Override
  void blockingAst(LockMode wanted) {
    stats().countBast();
  }

  @Override
  void unlockAst(Errno error) {
    synchronized (this) {
      if (outstanding == Call.DROP) {
        ended(error);
      } else if (outstanding == Call.CONVERT) {
        if (error == null) {
          ended(Errno.ECANCELED);
        } else {
          log.error("{}: flock {}: cancel failed: {}", glue, name, error);
          cancelSent = false;
          delay();
        }
      } else {
        log.warn("{}: flock {}: unlock AST without an unlock", glue, name);
      }
    }
    advance();
  }

  private LockStats stats() {
    return glue.stats(LockType.FLOCK);
  }

  /** Returns name, level and what is outstanding, for the log. */
  @Override
  public synchronized String toString() {
    return String.format(
        "flock %s level %s calling %s waiting %d%s",
        name, level, outstanding, queue.size(), closing ? " closing" : "");
  }
}
