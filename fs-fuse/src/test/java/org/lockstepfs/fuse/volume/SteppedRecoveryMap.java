package org.lockstepfs.fuse.volume;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;

/** The real {@link RecoveryMap}, with those who wait as continuations in place of threads. */
public final class SteppedRecoveryMap {
  private final RecoveryMap map = new RecoveryMap();
  private final Queue<Runnable> waiting = new ArrayDeque<>();

  /** A node died. */
  public void nodeDown(int node) {
    map.nodeDown(node);
  }

  /** A node that died is a member again. */
  public void nodeBack(int node) {
    map.nodeBack(node);
  }

  /** Returns whether a node to recover lives again. */
  public boolean isBack(int node) {
    return map.isBack(node);
  }

  /** Sets whom to tell of deaths, at once if there were some. */
  public void onDeath(Runnable listener) {
    map.onDeath(listener);
  }

  /** Returns the nodes to recover, and for each which death it was. */
  public Map<Integer, Long> pending() {
    return map.pending();
  }

  /** Lets go who waits, if nobody has died since {@link #pending} returned {@code done}. */
  public void recovered(Map<Integer, Long> done) {
    map.recovered(done);
    while (map.pending().isEmpty() && !waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  /** Goes on when nothing is to be recovered. */
  public void await(Runnable next) {
    if (map.pending().isEmpty()) {
      next.run();
    } else {
      waiting.add(next);
    }
  }
}
