package org.lockstepfs.locks.o2dlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timers of an engine. Guards against: a clock of negative values, on which nothing ever rang. */
class TimersTest {
  @ParameterizedTest
  @ValueSource(longs = {0, 5_000_000, -5_000_000})
  void ringInOrderOnAnyClock(long origin) {
    Timers timers = new Timers();
    List<String> rung = new ArrayList<>();
    timers.advance(origin);
    timers.after(20, () -> rung.add("second"));
    timers.after(10, () -> rung.add("first"));
    assertThat(timers.nextDueMs()).isEqualTo(origin + 10);
    timers.advance(origin + 9);
    assertThat(rung).isEmpty();
    timers.advance(origin + 25);
    assertThat(rung).containsExactly("first", "second");
    timers.advance(origin + 1);
    assertThat(timers.nowMs()).isEqualTo(origin + 25);
  }
}
