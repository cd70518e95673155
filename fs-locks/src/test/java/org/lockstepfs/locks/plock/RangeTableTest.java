package org.lockstepfs.locks.plock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ranges split, shrink and merge as POSIX says. */
class RangeTableTest {
  private static final int BYTES = 24;
  private static final int OWNERS = 3;

  private static final class Counts implements RangeTable.Listener {
    private final int[] files = new int[OWNERS];

    @Override
    public void holds(PlockOwner owner) {
      files[(int) owner.owner()]++;
    }

    @Override
    public void holdsNothing(PlockOwner owner) {
      files[(int) owner.owner()]--;
    }
  }

  /** A step: mode 0 unlocks, 1 sets a shared lock, 2 an exclusive one. */
  record Step(int owner, int mode, int start, int length) {
    long from() {
      return start == BYTES - 1 ? Long.MAX_VALUE - 2 : start;
    }

    long to() {
      return start + length >= BYTES - 1 ? Long.MAX_VALUE : start + length;
    }
  }

  @ParameterizedTest
  @CsvSource({
    // held before | step | held after; r = shared, w = exclusive, - = unlock
    "'', w 5-9, w5-9",
    "r5-9, r 5-9, r5-9",
    "r5-9, w 5-9, w5-9",
    "r0-9, w 3-5, r0-2 w3-5 r6-9",
    "r0-9, w 0-5, w0-5 r6-9",
    "r0-9, w 5-9, r0-4 w5-9",
    "r0-9, r 3-5, r0-9",
    "w3-5, r 0-9, r0-9",
    "r0-4 r6-9, r 5-5, r0-9",
    "r0-4 w5-9, r 5-9, r0-9",
    "r0-4 w5-9, w 0-4, w0-9",
    "r0-4 r10-14, w 3-11, r0-2 w3-11 r12-14",
    "r0-4 w5-9 r10-14, r 5-9, r0-14",
    "r0-4, r 5-9, r0-9",
    "r0-4, w 5-9, r0-4 w5-9",
    "r5-9, r 0-4, r0-9",
    "r0-9, - 3-5, r0-2 r6-9",
    "r0-9, - 0-9, ''",
    "r0-9, - 0-4, r5-9",
    "r0-9, - 5-20, r0-4",
    "r0-2 w4-6 r8-9, - 2-8, r0-1 r9-9",
    "r0-4, - 5-9, r0-4",
    "w0-9223372036854775807, - 0-0, w1-9223372036854775807",
    "w0-9223372036854775807, r 5-5, w0-4 r5-5 w6-9223372036854775807",
    "w0-4, w 5-9223372036854775807, w0-9223372036854775807",
  })
  void splitsAndMerges(String before, String step, String after) {
    RangeSet set = new RangeSet();
    for (String range : before.isEmpty() ? new String[0] : before.split(" ", -1)) {
      apply(set, range.charAt(0), range.substring(1));
    }
    apply(set, step.charAt(0), step.substring(2));
    assertThat(print(set)).isEqualTo(after);
  }

  @Property(tries = 3000)
  void behavesAsOneModePerByteAndOwner(@ForAll("steps") List<Step> steps) {
    int[][] model = new int[OWNERS][BYTES];
    Counts counts = new Counts();
    RangeTable table = new RangeTable(counts);
    for (Step step : steps) {
      PlockOwner owner = new PlockOwner(1, step.owner());
      if (step.mode() == 0) {
        table.clear(owner, step.from(), step.to());
      } else {
        table.set(owner, 7, step.from(), step.to(), step.mode() == 2);
      }
      for (int b = step.start(); b <= Math.min(BYTES - 1, step.start() + step.length()); b++) {
        model[step.owner()][b] = step.mode();
      }
      check(table, counts, model);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    return Combinators.combine(
            Arbitraries.integers().between(0, OWNERS - 1),
            Arbitraries.integers().between(0, 2),
            Arbitraries.integers().between(0, BYTES - 2),
            Arbitraries.integers().between(0, BYTES))
        .as(Step::new)
        .list()
        .ofMaxSize(30);
  }

  private static void check(RangeTable table, Counts counts, int[][] model) {
    int[][] seen = new int[OWNERS][BYTES];
    List<String> ranges = new ArrayList<>();
    table.forEach(
        (owner, pid, start, end, exclusive) -> {
          ranges.add(owner + "/" + start);
          for (int b = 0; b < BYTES; b++) {
            long at = b == BYTES - 1 ? Long.MAX_VALUE : b;
            if (start <= at && at <= end) {
              assertThat(seen[(int) owner.owner()][b]).as("overlap").isZero();
              seen[(int) owner.owner()][b] = exclusive ? 2 : 1;
            }
          }
        });
    assertThat(seen).isDeepEqualTo(model);
    assertThat(ranges).hasSize(table.size()).hasSize(expectedRanges(model));
    for (int o = 0; o < OWNERS; o++) {
      boolean holds = table.holds(new PlockOwner(1, o));
      assertThat(counts.files[o]).isEqualTo(holds ? 1 : 0);
      checkConflicts(table, model, o);
    }
  }

  private static int expectedRanges(int[][] model) {
    int ranges = 0;
    for (int[] bytes : model) {
      for (int b = 0; b < BYTES; b++) {
        ranges += bytes[b] != 0 && (b == 0 || bytes[b - 1] != bytes[b]) ? 1 : 0;
      }
    }
    return ranges;
  }

  private static void checkConflicts(RangeTable table, int[][] model, int asker) {
    PlockOwner owner = new PlockOwner(1, asker);
    for (int b = 0; b < BYTES - 1; b += 5) {
      for (int mode = 1; mode <= 2; mode++) {
        boolean expected = false;
        for (int o = 0; o < OWNERS; o++) {
          for (int at = b; at <= Math.min(b + 3, BYTES - 2); at++) {
            expected |= o != asker && model[o][at] != 0 && (model[o][at] == 2 || mode == 2);
          }
        }
        long end = Math.min(b + 3, BYTES - 2);
        assertThat(table.conflicts(owner, b, end, mode == 2)).isEqualTo(expected);
        assertThat(table.firstConflict(owner, b, end, mode == 2) != null).isEqualTo(expected);
        assertThat(table.blockers(owner, b, end, mode == 2).isEmpty()).isEqualTo(!expected);
      }
    }
  }

  private static void apply(RangeSet set, char mode, String range) {
    int dash = range.indexOf('-');
    long start = Long.parseLong(range.substring(0, dash));
    long end = Long.parseLong(range.substring(dash + 1));
    if (mode == '-') {
      set.clear(start, end);
    } else {
      set.set(start, end, mode == 'w');
    }
  }

  private static String print(RangeSet set) {
    List<String> ranges = new ArrayList<>();
    for (int i = 0; i < set.size(); i++) {
      ranges.add((set.exclusive(i) ? "w" : "r") + set.start(i) + "-" + set.end(i));
    }
    return String.join(" ", ranges);
  }
}
