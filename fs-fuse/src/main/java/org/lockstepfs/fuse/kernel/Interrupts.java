package org.lockstepfs.fuse.kernel;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/**
 * Brings INTERRUPT requests to the requests that they are about.
 *
 * <p>The kernel queues an INTERRUPT once the other request was read, but another worker may read it
 * before that request has got as far as saying what an interrupt shall do, or after its answer. An
 * interrupt that finds nothing is therefore remembered; answering its request forgets it. What then
 * remains are interrupts that lost the race with an answer. The oldest of them goes when there are
 * too many: it is handed back to the kernel, which repeats the interrupt if the request still lives
 * (fs/fuse/dev.c: an answer EAGAIN to INTERRUPT), so none is ever lost.
 */
final class Interrupts {
  private final int maxEarly;
  private final LongConsumer handBack;
  private final Map<Long, Runnable> actions = new HashMap<>();
  private final LinkedHashSet<Long> early = new LinkedHashSet<>();
  private volatile boolean someEarly;
  private boolean ended;

  /**
   * Creates the bookkeeping.
   *
   * @param maxEarly interrupts remembered that found no request
   * @param handBack gives the interrupt of a request back to the kernel
   */
  Interrupts(int maxEarly, LongConsumer handBack) {
    this.maxEarly = maxEarly;
    this.handBack = handBack;
  }

  /** Runs {@code action} when the request is interrupted; at once if it was, or if all ended. */
  void register(long unique, Runnable action) {
    synchronized (this) {
      if (!ended && !early.remove(unique)) {
        actions.put(unique, action);
        return;
      }
      someEarly = !early.isEmpty();
    }
    action.run();
  }

  /** An INTERRUPT was read. */
  void arrived(long unique) {
    Runnable action;
    long evicted = 0;
    synchronized (this) {
      action = actions.remove(unique);
      if (action == null && early.add(unique)) {
        evicted = early.size() > maxEarly ? removeEldest() : 0;
        someEarly = true;
      }
    }
    if (action != null) {
      action.run();
    }
    if (evicted != 0) {
      handBack.accept(evicted);
    }
  }

  /** A request is about to be answered; costs next to nothing for one that nobody interrupted. */
  void finished(long unique, boolean registered) {
    if (!registered && !someEarly) {
      return;
    }
    synchronized (this) {
      actions.remove(unique);
      early.remove(unique);
      someEarly = !early.isEmpty();
    }
  }

  /** Interrupts every request that can be, now and from now on: the connection has ended. */
  void endAll() {
    List<Runnable> left;
    synchronized (this) {
      ended = true;
      left = new ArrayList<>(actions.values());
      actions.clear();
    }
    left.forEach(Runnable::run);
  }

  private long removeEldest() {
    Iterator<Long> eldest = early.iterator();
    long unique = eldest.next();
    eldest.remove();
    return unique;
  }
}
