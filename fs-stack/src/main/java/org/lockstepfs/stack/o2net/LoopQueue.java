package org.lockstepfs.stack.o2net;

import io.netty.channel.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work for the event loop thread, run in the order in which it was posted, whoever posts it.
 *
 * <p>Posting from the loop thread runs the work at once, unless work posted earlier is still
 * waiting, which then goes first: so what one engine sends from different threads, one after the
 * other, arrives in that order.
 */
final class LoopQueue {
  private static final Logger LOG = LoggerFactory.getLogger(LoopQueue.class);

  private final EventLoop loop;
  private final Queue<Runnable> work = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private boolean draining;

  LoopQueue(EventLoop loop) {
    this.loop = loop;
  }

  void post(Runnable task) {
    work.add(task);
    if (loop.inEventLoop()) {
      drain();
    } else if (scheduled.compareAndSet(false, true)) {
      try {
        loop.execute(this::runScheduled);
      } catch (RejectedExecutionException e) {
        LOG.debug("o2net is closed, work dropped");
      }
    }
  }

  private void runScheduled() {
    scheduled.set(false);
    drain();
  }

  private void drain() {
    if (draining) {
      return;
    }
    draining = true;
    try {
      for (Runnable task = work.poll(); task != null; task = work.poll()) {
        try {
          task.run();
        } catch (RuntimeException e) {
          LOG.error("o2net: work failed", e);
        }
      }
    } finally {
      draining = false;
    }
  }
}
