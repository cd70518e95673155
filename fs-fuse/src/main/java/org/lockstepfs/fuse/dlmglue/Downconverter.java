package org.lockstepfs.fuse.dlmglue;

import java.io.IOException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The downconvert thread of a volume, and its helpers for what takes long.
 *
 * <p>One thread takes blocked locks from the queue. What it meets decides who goes on: a checkpoint
 * of the journal waits on the checkpoint thread, a worker that may block runs on a worker thread,
 * and the lock comes back afterwards; other locks pass it by. A lock that can do nothing now is not
 * queued: the change that makes it possible (a holder leaves, a call returns) queues it. So a lock
 * is in the queue, or in one thread's hands, at most once.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, ocfs2_downconvert_thread, ocfs2_unblock_lock.
 */
final class Downconverter implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Downconverter.class);

  /** Wait before asking again a cluster that has not done with a cancel yet (EBUSY). */
  private static final long BUSY_RETRY_MS = 20;

  /** Wait before trying again what failed. */
  private static final long FAILURE_RETRY_MS = 1000;

  private static final int WORKER_THREADS = 4;
  private static final long IDLE_THREAD_MS = 10_000;

  private final String volume;
  private final BlockingQueue<MonitoredLock> queue = new LinkedBlockingQueue<>();
  private final ScheduledThreadPoolExecutor timer;
  private final ExecutorService checkpoints;
  private final ExecutorService workers;
  private final Thread thread;
  private volatile boolean closed;

  Downconverter(String volume) {
    this.volume = volume;
    timer =
        new ScheduledThreadPoolExecutor(
            1, threads("dc-timer"), new ThreadPoolExecutor.DiscardPolicy());
    checkpoints = pool(1, "dc-checkpoint");
    workers = pool(WORKER_THREADS, "dc-worker");
    thread = threads("dc").newThread(this::run);
    thread.start();
  }

  private ExecutorService pool(int size, String name) {
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            size,
            size,
            IDLE_THREAD_MS,
            TimeUnit.MILLISECONDS,
            new LinkedBlockingQueue<>(),
            threads(name),
            new ThreadPoolExecutor.DiscardPolicy());
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private ThreadFactory threads(String name) {
    return task -> {
      Thread made = new Thread(task, name + "-" + volume);
      made.setDaemon(true);
      return made;
    };
  }

  /** Queues a lock whose state says QUEUED. Never blocks. */
  void enqueue(MonitoredLock res) {
    queue.add(res);
  }

  /** Queues it after a pause. */
  void enqueueLater(MonitoredLock res) {
    later(FAILURE_RETRY_MS, () -> enqueue(res));
  }

  /** Runs a short task after the pause that EBUSY asks for. */
  void retryBusy(Runnable task) {
    later(BUSY_RETRY_MS, task);
  }

  private void later(long delayMs, Runnable task) {
    timer.schedule(task, delayMs, TimeUnit.MILLISECONDS);
  }

  private void run() {
    while (!closed) {
      try {
        MonitoredLock res = queue.take();
        if (res.beginUnblock()) {
          serve(res, false);
        }
      } catch (InterruptedException e) {
        return;
      }
    }
  }

  private void serve(MonitoredLock res, boolean onWorker) {
    try {
      while (!serveOnce(res, onWorker)) {
        // Something changed while its owner prepared for the downconvert: decide anew.
      }
    } catch (ErrnoException e) {
      serveAgain(res, onWorker, e);
    } catch (IOException | RuntimeException e) {
      log.error("{}: cannot give up {}", volume, res, e);
      later(FAILURE_RETRY_MS, () -> workers.execute(() -> serve(res, onWorker)));
    }
  }

  private void serveAgain(MonitoredLock res, boolean onWorker, ErrnoException e) {
    boolean busy = e.errno() == Errno.EBUSY;
    if (!busy) {
      log.error("{}: cannot give up {}", volume, res, e);
    }
    later(
        busy ? BUSY_RETRY_MS : FAILURE_RETRY_MS, () -> workers.execute(() -> serve(res, onWorker)));
  }

  /** Returns whether this thread is done with the lock. */
  private boolean serveOnce(MonitoredLock res, boolean onWorker) throws IOException {
    switch (res.unblock()) {
      case PARK -> {
        res.endUnblock();
        return true;
      }
      case CANCEL -> {
        res.cancelConvert();
        res.endUnblock();
        return true;
      }
      case DOWNCONVERT -> {
        if (!res.ownerAgrees()) {
          checkpoints.execute(() -> checkpoint(res));
          return true;
        }
        if (!onWorker && res.ops().workerMayBlock()) {
          workers.execute(() -> serve(res, true));
          return true;
        }
        return prepareAndConvert(res);
      }
    }
    throw new AssertionError("every step returns");
  }

  private boolean prepareAndConvert(MonitoredLock res) throws IOException {
    LockMode blocking = res.blocking();
    UnblockAction action = res.ops().downconvertWorker(blocking);
    if (action == UnblockAction.STOP_POST) {
      res.endUnblockForDrop();
      res.ops().postUnlock();
      return true;
    }
    if (!res.downconvert(blocking)) {
      return false;
    }
    res.endUnblock();
    if (action == UnblockAction.CONTINUE_POST) {
      res.ops().postUnlock();
    }
    return true;
  }

  /** One checkpoint mostly serves many locks: whoever comes after it finds nothing left to do. */
  private void checkpoint(MonitoredLock res) {
    try {
      if (!res.ownerAgrees()) {
        res.ops().checkpoint();
      }
      if (res.ownerAgrees()) {
        workers.execute(() -> serve(res, false));
      } else {
        later(BUSY_RETRY_MS, () -> checkpoints.execute(() -> checkpoint(res)));
      }
    } catch (IOException | RuntimeException e) {
      log.error("{}: no checkpoint, cannot give up {}", volume, res, e);
      later(FAILURE_RETRY_MS, () -> checkpoints.execute(() -> checkpoint(res)));
    }
  }

  /** Stops all threads; what is queued stays undone. */
  @Override
  public void close() {
    closed = true;
    thread.interrupt();
    timer.shutdownNow();
    checkpoints.shutdownNow();
    workers.shutdownNow();
  }
}
