package org.lockstepfs.fuse.kernel;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what still works for a connection (workers, and requests whose answer comes later) and
 * ends it, once, when the kernel has said that it is over and the count is down to zero.
 */
final class Lifecycle {
  private static final Logger log = LoggerFactory.getLogger(Lifecycle.class);
  private static final int WARN_EVERY_SECONDS = 10;

  private final String name;
  private final Runnable letGo;
  private final Runnable finish;
  private final AtomicInteger live = new AtomicInteger(1);
  private final AtomicBoolean over = new AtomicBoolean();
  private final CountDownLatch idle = new CountDownLatch(1);
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  /**
   * Creates the life of a connection.
   *
   * @param letGo asks waiting requests to give up; runs first
   * @param finish runs last, when nothing works for the connection any more
   */
  Lifecycle(String name, Runnable letGo, Runnable finish) {
    this.name = name;
    this.letGo = letGo;
    this.finish = finish;
  }

  /** Counts one more; only called by what is counted itself, or before the end. */
  void acquire() {
    live.incrementAndGet();
  }

  /** Counts one less. */
  void release() {
    if (live.decrementAndGet() == 0) {
      idle.countDown();
    }
  }

  /** The kernel says that the connection is over; the rest runs on a thread of its own. */
  void over() {
    if (over.compareAndSet(false, true)) {
      new Thread(this::end, "fuse-end " + name).start();
    }
  }

  boolean isOver() {
    return over.get();
  }

  /** Completes after the end; exceptionally if the last step failed. */
  CompletableFuture<Void> done() {
    return done;
  }

  private void end() {
    try {
      letGo.run();
      release();
      while (!idle.await(WARN_EVERY_SECONDS, TimeUnit.SECONDS)) {
        log.warn("{}: the connection is over, {} requests or workers are not", name, live.get());
      }
      finish.run();
      done.complete(null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      done.completeExceptionally(e);
    } catch (RuntimeException e) {
      log.error("{}: the file system did not end well", name, e);
      done.completeExceptionally(e);
    }
  }
}
