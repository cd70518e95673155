package org.lockstepfs.locks.sim;

import java.util.function.Consumer;

/**
 * Runs a simulation over a range of seeds.
 *
 * <p>{@code -Dlockstep.seed=N} runs that seed alone, with its trace printed; {@code
 * -Dlockstep.seeds=N} changes the number of seeds; {@code -Dlockstep.firstSeed=N} where they start.
 */
public final class Seeds {
  private Seeds() {}

  /**
   * Runs seeds one after the other; the first that fails is run again with tracing, and the error
   * names it and shows the end of its trace.
   *
   * @param count how many, unless the system property says otherwise
   * @param simulation runs one seed to its end and throws if an invariant breaks
   */
  public static void run(int count, Consumer<SeededScheduler> simulation) {
    Long only = Long.getLong("lockstep.seed");
    if (only != null) {
      SeededScheduler traced = runTraced(only, simulation);
      System.out.println(traced.traceText());
      return;
    }
    long first = Long.getLong("lockstep.firstSeed", 1);
    runRange(first, first + Integer.getInteger("lockstep.seeds", count), simulation);
  }

  static void runRange(long first, long last, Consumer<SeededScheduler> simulation) {
    for (long seed = first; seed < last; seed++) {
      try {
        simulation.accept(new SeededScheduler(seed, false));
      } catch (RuntimeException | AssertionError e) {
        runTraced(seed, simulation);
        throw new AssertionError("seed " + seed + " failed once and passed when replayed", e);
      }
    }
  }

  private static SeededScheduler runTraced(long seed, Consumer<SeededScheduler> simulation) {
    SeededScheduler scheduler = new SeededScheduler(seed, true);
    try {
      simulation.accept(scheduler);
      return scheduler;
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          "seed "
              + seed
              + " (replay with -Dlockstep.seed="
              + seed
              + "): "
              + e.getMessage()
              + "\ntrace:\n"
              + scheduler.traceText(),
          e);
    }
  }
}
