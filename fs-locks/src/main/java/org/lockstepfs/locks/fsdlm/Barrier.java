package org.lockstepfs.locks.fsdlm;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.lockstepfs.locks.fsdlm.message.Status;
import org.lockstepfs.locks.fsdlm.message.StatusReply;

/**
 * Waits until all nodes have come as far as this one. Whoever gets there tells the lowest node;
 * when all are there it tells the others. Neither need have started yet to listen, so the lowest
 * node also asks all others, and they ask it, again and again.
 *
 * <p>Source: Linux fs/dlm/recover.c, wait_status.
 */
final class Barrier {
  /** The pause between two questions grows by this up to the longest. */
  private static final long PAUSE_STEP_MS = 20;

  private static final long LONGEST_PAUSE_MS = 1000;

  private final Lockspace ls;

  /** What others said of themselves in this sequence. */
  private final Map<Integer, Integer> reported = new HashMap<>();

  private final Set<Integer> missing = new TreeSet<>();
  private int ownStatus;
  private int awaited;
  private Runnable then;
  private long pauseMs;
  private long nextPollMs = Long.MAX_VALUE;

  Barrier(Lockspace ls) {
    this.ls = ls;
  }

  /**
   * Waits for all to have a bit, then goes on.
   *
   * @param bit of {@link RecoverStatus}
   * @param status this node's, that bit included
   */
  void enter(int bit, int status, Runnable next) {
    ownStatus = status;
    then = next;
    missing.clear();
    if (isLowest()) {
      awaited = bit;
      for (int node : ls.members.nodes()) {
        missing.add(node);
      }
      missing.remove(ls.self);
      missing.removeIf(node -> (reported.getOrDefault(node, 0) & bit) != 0);
    } else {
      awaited = bit << 1;
      missing.add(ls.members.lowest());
      ls.send(ls.members.lowest(), new StatusReply(status));
    }
    pauseMs = PAUSE_STEP_MS;
    nextPollMs = ls.nowMs + pauseMs;
    goOnIfComplete();
  }

  private boolean isLowest() {
    return ls.members.lowest() == ls.self;
  }

  /** Ends the waiting and forgets what others said. */
  void cancel() {
    reported.clear();
    then = null;
    nextPollMs = Long.MAX_VALUE;
  }

  private void goOnIfComplete() {
    if (!missing.isEmpty()) {
      return;
    }
    Runnable next = then;
    then = null;
    nextPollMs = Long.MAX_VALUE;
    if (isLowest()) {
      for (int node : ls.members.nodes()) {
        if (node != ls.self) {
          ls.send(node, new StatusReply(ownStatus | awaited << 1));
        }
      }
    }
    next.run();
  }

  void onStatusReply(int from, int status) {
    reported.put(from, status);
    if (then != null && (status & awaited) != 0 && missing.remove(from)) {
      goOnIfComplete();
    }
  }

  void tick() {
    if (nextPollMs <= ls.nowMs) {
      missing.forEach(node -> ls.send(node, new Status()));
      pauseMs = Math.min(pauseMs + PAUSE_STEP_MS, LONGEST_PAUSE_MS);
      nextPollMs = ls.nowMs + pauseMs;
    }
  }

  long nextDueMs() {
    return nextPollMs;
  }
}
