package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that read and run requests. Whoever takes a request and leaves nobody waiting for the
 * next one starts another worker, up to a bound; when workers have not been short for a while,
 * those above the minimum end, one at a time.
 */
final class WorkerPool {
  private static final Logger log = LoggerFactory.getLogger(WorkerPool.class);
  private static final long END_IDLE_AFTER_NS = TimeUnit.SECONDS.toNanos(10);

  private final Session session;
  private final Dispatcher dispatcher;
  private final int minWorkers;
  private final int maxWorkers;
  private final ArrayDeque<FuseChannel> freeChannels = new ArrayDeque<>();
  private final FuseChannel root;
  private final AtomicInteger waiting = new AtomicInteger();
  private final AtomicInteger started = new AtomicInteger();
  private final AtomicInteger workers = new AtomicInteger();
  private volatile long lastShortNs;

  /**
   * Creates a pool without workers.
   *
   * @param root the channel that was mounted; the others are its clones
   */
  WorkerPool(
      Session session, Dispatcher dispatcher, FuseChannel root, int minWorkers, int maxWorkers) {
    this.session = session;
    this.dispatcher = dispatcher;
    this.root = root;
    this.minWorkers = minWorkers;
    this.maxWorkers = maxWorkers;
    freeChannels.add(root);
  }

  /** Starts the minimum of workers. */
  void start(long nowNs) {
    lastShortNs = nowNs;
    for (int i = 0; i < minWorkers; i++) {
      grow();
    }
  }

  int workers() {
    return workers.get();
  }

  Session session() {
    return session;
  }

  Dispatcher dispatcher() {
    return dispatcher;
  }

  /** A worker is about to wait for a request. */
  void beginWait() {
    waiting.incrementAndGet();
  }

  /** A worker has taken a request. */
  void endWait(long nowNs) {
    if (waiting.decrementAndGet() == 0) {
      lastShortNs = nowNs;
      if (workers.get() < maxWorkers) {
        grow();
      }
    }
  }

  /**
   * Tells a worker that is about to wait whether to end instead; if so, it is no longer counted.
   */
  boolean mayEnd(long nowNs) {
    return workers.get() > minWorkers
        && nowNs - lastShortNs > END_IDLE_AFTER_NS
        && waiting.get() >= minWorkers
        && endOne(nowNs);
  }

  /** A worker ends; its channel serves a later one. */
  synchronized void ended(FuseChannel channel, boolean counted) {
    freeChannels.add(channel);
    if (counted) {
      workers.decrementAndGet();
    }
    session.life().release();
  }

  private synchronized boolean endOne(long nowNs) {
    if (workers.get() <= minWorkers || nowNs - lastShortNs <= END_IDLE_AFTER_NS) {
      return false;
    }
    workers.decrementAndGet();
    lastShortNs = nowNs - END_IDLE_AFTER_NS / 2;
    return true;
  }

  private synchronized void grow() {
    if (workers.get() >= maxWorkers || session.life().isOver()) {
      return;
    }
    try {
      if (freeChannels.isEmpty()) {
        FuseChannel made = root.duplicate();
        session.keep(made);
        freeChannels.add(made);
      }
      Thread thread = new Thread(new Worker(this, freeChannels.element()), threadName());
      thread.setDaemon(true);
      session.life().acquire();
      startCounted(thread);
    } catch (IOException e) {
      log.warn(
          "{}: no further worker beside {}: {}", session.name(), workers.get(), e.getMessage());
    }
  }

  /** Starts a thread on the first free channel; the system may refuse one more thread. */
  private void startCounted(Thread thread) {
    try {
      thread.start();
      workers.incrementAndGet();
      freeChannels.remove();
    } catch (OutOfMemoryError e) {
      session.life().release();
      log.warn("{}: no further worker beside {}", session.name(), workers.get(), e);
    }
  }

  private String threadName() {
    return "fuse " + session.name() + " " + started.incrementAndGet();
  }
}
