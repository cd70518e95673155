package org.lockstepfs.locks.o2dlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.sim.SeededScheduler;

/** The simulation notices rules of recovery that are broken on purpose. */
class RecoveryMutationTest {
  private static final int SEEDS = 6_000;

  static Stream<Map.Entry<String, Mutation>> mutations() {
    return RecoveryMutations.all().entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("mutations")
  void isNoticed(Map.Entry<String, Mutation> mutation) {
    assertThat(firstFailure(mutation.getValue())).as(mutation.getKey()).isPositive();
  }

  /** Returns the first seed that fails, 0 if none does. */
  private static long firstFailure(Mutation mutation) {
    for (long seed = 1; seed <= SEEDS; seed++) {
      try {
        new Simulation(new SeededScheduler(seed, false), mutation).run();
      } catch (RuntimeException | AssertionError e) {
        return seed;
      }
    }
    return 0;
  }
}
