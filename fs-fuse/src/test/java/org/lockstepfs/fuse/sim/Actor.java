package org.lockstepfs.fuse.sim;

import java.util.ArrayDeque;
import java.util.Queue;

/** A thread of a node that takes one event after the other. */
final class Actor {
  private final Life life;
  private final Queue<Runnable> events = new ArrayDeque<>();
  private boolean busy;

  Actor(Life life) {
    this.life = life;
  }

  void post(Runnable event) {
    events.add(event);
    if (!busy) {
      busy = true;
      life.soon(this::take);
    }
  }

  private void take() {
    Runnable event = events.remove();
    busy = !events.isEmpty();
    if (busy) {
      life.soon(this::take);
    }
    life.guarded(event).run();
  }
}
