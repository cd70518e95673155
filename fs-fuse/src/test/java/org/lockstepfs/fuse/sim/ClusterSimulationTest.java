package org.lockstepfs.fuse.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.lockstepfs.locks.sim.Seeds;

/** Whole nodes under faults; see the package for what is simulated and what is checked. */
@ExtendWith(QuietHeartbeats.class)
class ClusterSimulationTest {
  @Test
  void everySeedKeepsEveryInvariant() {
    int[] work = new int[2];
    Seeds.run(
        1_000,
        random -> {
          Cluster cluster = new Cluster(random, Rules.ALL);
          cluster.run();
          work[0] += cluster.referee.reads;
          work[1] += cluster.referee.writes;
        });
    System.out.printf("whole nodes: %d reads, %d writes checked%n", work[0], work[1]);
    assertThat(work[1]).isPositive();
  }
}
