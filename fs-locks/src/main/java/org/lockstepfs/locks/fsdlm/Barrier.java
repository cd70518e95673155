package org.lockstepfs.locks.fsdlm;

import java.util.Set;
import java.util.TreeSet;
import org.lockstepfs.locks.fsdlm.message.Status;

/**
 * Waits until all nodes have come as far as this one. The lowest node asks all others; when all are
 * there it says so to the others, who ask nobody but it.
 *
 * <p>Source: Linux fs/dlm/recover.c, wait_status.
 */
final class Barrier {
  /** The pause between two questions grows by this up to the longest. */
  private static final long PAUSE_STEP_MS = 20;

  private static final long LONGEST_PAUSE_MS = 1000;

  private final Lockspace ls;
  private final Set<Integer> missing = new TreeSet<>();
  private int awaited;
  private Runnable then;
  private long pauseMs;
  private long nextPollMs = Long.MAX_VALUE;

  Barrier(Lockspace ls) {
    this.ls = ls;
  }

  /** Waits for all to have a bit of {@link RecoverStatus}, then goes on. */
  void enter(int bit, Runnable next) {
    missing.clear();
    if (ls.members.lowest() == ls.self) {
      awaited = bit;
      for (int node : ls.members.nodes()) {
        missing.add(node);
      }
      missing.remove(ls.self);
    } else {
      awaited = bit << 1;
      missing.add(ls.members.lowest());
    }
    then = next;
    pauseMs = 0;
    poll();
  }

  void cancel() {
    then = null;
    missing.clear();
    nextPollMs = Long.MAX_VALUE;
  }

  private void poll() {
    if (missing.isEmpty()) {
      Runnable next = then;
      cancel();
      next.run();
      return;
    }
    missing.forEach(node -> ls.send(node, new Status()));
    pauseMs = Math.min(pauseMs + PAUSE_STEP_MS, LONGEST_PAUSE_MS);
    nextPollMs = ls.nowMs + pauseMs;
  }

  void onStatusReply(int from, int status) {
    if (then != null && (status & awaited) != 0 && missing.remove(from) && missing.isEmpty()) {
      poll();
    }
  }

  void tick() {
    if (nextPollMs <= ls.nowMs) {
      poll();
    }
  }

  long nextDueMs() {
    return nextPollMs;
  }
}
