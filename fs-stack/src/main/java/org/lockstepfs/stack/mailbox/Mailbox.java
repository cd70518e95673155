package org.lockstepfs.stack.mailbox;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs events one at a time, in the order of their posting, on the threads that post them: the
 * first one runs its own event and whatever others add meanwhile. There is no thread of its own,
 * hence no hand-off. Nothing is locked while an event runs, so it may post and call anything that
 * does not block; what it posts runs after it.
 *
 * <p>Bounded by those who post: each of them waits for answers.
 */
public final class Mailbox {
  private static final Logger LOG = LoggerFactory.getLogger(Mailbox.class);

  private final Queue<Runnable> events = new ConcurrentLinkedQueue<>();
  private final AtomicInteger pending = new AtomicInteger();

  /** Runs the event now, or leaves it to the thread that is running others. */
  public void post(Runnable event) {
    events.add(event);
    if (pending.getAndIncrement() != 0) {
      return;
    }
    do {
      run(events.remove());
    } while (pending.decrementAndGet() != 0);
  }

  private static void run(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException e) {
      LOG.error("a lock engine's event failed", e);
    }
  }
}
