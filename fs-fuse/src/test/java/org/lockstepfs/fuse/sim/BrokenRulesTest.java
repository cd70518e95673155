package org.lockstepfs.fuse.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.sim.SeededScheduler;

/** The simulation notices each rule that is broken on purpose. */
@Timeout(300)
@ExtendWith(QuietHeartbeats.class)
class BrokenRulesTest {
  private static final int SEEDS = 400;

  static Stream<Map.Entry<String, Rules>> rules() {
    return BrokenRules.all().entrySet().stream();
  }

  @ParameterizedTest
  @MethodSource("rules")
  void isNoticed(Map.Entry<String, Rules> rules) {
    assertThat(firstFailure(rules.getValue())).as(rules.getKey()).isPositive();
  }

  /** Returns the first seed that fails, and would not if the rule held; 0 if none does. */
  private static long firstFailure(Rules rules) {
    for (long seed = rules.firstSeed(); seed < rules.firstSeed() + SEEDS; seed++) {
      if (!passes(seed, rules) && passes(seed, Rules.ALL)) {
        return seed;
      }
    }
    return 0;
  }

  private static boolean passes(long seed, Rules rules) {
    try {
      new Cluster(new SeededScheduler(seed, false), rules).run();
      return true;
    } catch (RuntimeException | AssertionError e) {
      return false;
    }
  }
}
