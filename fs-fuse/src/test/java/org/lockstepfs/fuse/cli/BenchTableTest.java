package org.lockstepfs.fuse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lockstepfs.fuse.bench.Measure;

final class BenchTableTest {
  @Test
  void groupsStandOnceAndNumbersHaveUnits() {
    String table =
        BenchCommand.table(
            List.of(
                new Measure("locks", "fcntl", 20_000.04, "pairs/s", 45.25, 90, 10),
                new Measure("locks", "flock", 1, "pairs/s", 2, 3, 10)));
    assertThat(table.lines().map(line -> line.strip().replaceAll(" +", " ")))
        .containsExactly(
            "rate median us p99 us",
            "locks",
            "fcntl 20000.0 pairs/s 45.3 90.0",
            "flock 1.0 pairs/s 2.0 3.0");
  }
}
