package org.lockstepfs.locks.o2dlm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lockstepfs.locks.sim.Seeds;

/** Random interleavings of 2 to 5 nodes; see {@link Simulation} for what is checked. */
class O2DlmSimulationTest {

  @Test
  void invariantsHoldForEverySeed() {
    long[] fresh = new long[1];
    Seeds.run(20_000, scheduler -> fresh[0] += new Simulation(scheduler, Mutation.NONE).run());
    assertThat(fresh[0]).as("value blocks found fresh").isPositive();
  }
}
