package org.lockstepfs.fuse.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lockstepfs.locks.sim.Seeds;

/** Whole nodes under faults; see the package for what is simulated and what is checked. */
@ExtendWith(QuietHeartbeats.class)
class ClusterSimulationTest {
  @ParameterizedTest
  @EnumSource
  void everySeedKeepsEveryInvariant(LockStack stack) {
    int[] work = new int[3];
    Seeds.run(
        stack.seeds(),
        random -> {
          Cluster cluster = new Cluster(random, stack, Rules.ALL);
          cluster.run();
          work[0] += cluster.referee.reads;
          work[1] += cluster.referee.writes;
          work[2] += cluster.deaths;
        });
    System.out.printf(
        "whole nodes, %s: %d reads, %d writes, %d deaths%n", stack, work[0], work[1], work[2]);
    assertThat(work).doesNotContain(0);
  }
}
