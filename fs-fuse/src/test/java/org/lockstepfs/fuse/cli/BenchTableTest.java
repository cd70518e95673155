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
                List.of(
                    new Measure("locks", "fcntl", 20_000.04, "pairs/s", 45.25, 90, 10),
                    new Measure("locks", "flock", 1, "pairs/s", 2, 3, 10))));
    assertThat(table.lines().map(line -> line.strip().replaceAll(" +", " ")))
        .containsExactly(
            "rate median us p99 us",
            "locks",
            "fcntl 20000.0 pairs/s 45.3 90.0",
            "flock 1.0 pairs/s 2.0 3.0");
  }

  @Test
  void theOtherFileSystemStandsBeside() {
    List<Measure> first = List.of(new Measure("locks", "fcntl", 1, "pairs/s", 2, 3, 10));
    List<Measure> second = List.of(new Measure("locks", "fcntl", 4, "pairs/s", 5, 6, 10));
    assertThat(BenchCommand.table(List.of(first, second)).lines())
        .map(line -> line.strip().replaceAll(" +", " "))
        .containsExactly(
            "rate median us p99 us rate median us p99 us",
            "locks",
            "fcntl 1.0 pairs/s 2.0 3.0 4.0 pairs/s 5.0 6.0");
  }
}
