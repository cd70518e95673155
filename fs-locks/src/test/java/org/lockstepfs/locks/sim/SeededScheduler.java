package org.lockstepfs.locks.sim;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/** Chooses what happens next, by seed, and remembers what happened when tracing is on. */
public final class SeededScheduler {
  private static final int TRACE_LINES = Integer.getInteger("lockstep.traceLines", 400);

  private record Step(int weight, BooleanSupplier action) {}

  private final long seed;
  private final SplittableRandom random;
  private final boolean tracing;
  private final Deque<String> trace = new ArrayDeque<>();
  private final List<Step> steps = new ArrayList<>();
  private int totalWeight;
  private long nowMs = 1;

  /** Makes a scheduler whose choices depend on the seed alone. */
  public SeededScheduler(long seed, boolean tracing) {
    this.seed = seed;
    this.random = new SplittableRandom(seed);
    this.tracing = tracing;
  }

  /** Returns the seed. */
  public long seed() {
    return seed;
  }

  /** Returns virtual time in milliseconds. */
  public long nowMs() {
    return nowMs;
  }

  /** Advances virtual time. */
  public void advance(long ms) {
    nowMs += ms;
  }

  /** Returns a number from 0 to {@code bound - 1}. */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** Returns true in about {@code percent} of 100 calls. */
  public boolean chance(int percent) {
    return random.nextInt(100) < percent;
  }

  /** Returns one of the elements. */
  public <T> T pick(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  /**
   * Adds a kind of step.
   *
   * @param weight how often it is chosen, relative to the others
   * @param action returns false if it could do nothing now
   */
  public void add(int weight, BooleanSupplier action) {
    steps.add(new Step(weight, action));
    totalWeight += weight;
  }

  /** Runs one step chosen by weight, or the next that can run; returns false if none can. */
  public boolean step() {
    int at = random.nextInt(totalWeight);
    int first = 0;
    while (at >= steps.get(first).weight) {
      at -= steps.get(first++).weight;
    }
    for (int i = 0; i < steps.size(); i++) {
      if (steps.get((first + i) % steps.size()).action.getAsBoolean()) {
        return true;
      }
    }
    return false;
  }

  /** Notes what happens; the text is made only when somebody will read it. */
  public void trace(Supplier<String> line) {
    if (tracing) {
      if (trace.size() == TRACE_LINES) {
        trace.removeFirst();
      }
      trace.addLast(nowMs + " " + line.get());
    }
  }

  /** Returns the last lines of the trace. */
  public String traceText() {
    return String.join("\n", trace);
  }
}
