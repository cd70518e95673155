package org.lockstepfs.locks.plock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lockstepfs.locks.sim.SeededScheduler;
import org.lockstepfs.locks.sim.Seeds;

/** The engines of a cluster under the seeded scheduler. */
class PlockSimTest {
  @Test
  void keepsEveryInvariant() {
    Seeds.run(20_000, random -> new PlockSim(random, Mutation.NONE).run());
  }

  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "NONE")
  void seesEveryFault(Mutation mutation) {
    for (long seed = mutation.firstSeed; seed < mutation.firstSeed + 40_000; seed++) {
      try {
        new PlockSim(new SeededScheduler(seed, false), mutation).run();
      } catch (RuntimeException | AssertionError caught) {
        return;
      }
    }
    assertThat(mutation).as("was not seen in 40,000 seeds").isNull();
  }
}
