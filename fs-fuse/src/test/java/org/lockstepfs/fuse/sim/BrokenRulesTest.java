package org.lockstepfs.fuse.sim;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.sim.SeededScheduler;

/** The simulation notices each rule that is broken on purpose. */
@Timeout(300)
@ExtendWith(QuietHeartbeats.class)
class BrokenRulesTest {
  private static final int SEEDS = 400;

  static Stream<Arguments> rules() {
    return Arrays.stream(LockStack.values())
        .flatMap(
            stack ->
                stack.brokenRules().entrySet().stream()
                    .map(rule -> Arguments.of(stack, rule.getKey(), rule.getValue())));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("rules")
  void isNoticed(LockStack stack, String name, Rules broken) {
    assertThat(firstFailure(stack, broken)).as(name).isPositive();
  }

  /** Returns the first seed that fails, and would not if the rule held; 0 if none does. */
  private static long firstFailure(LockStack stack, Rules rules) {
    for (long seed = rules.firstSeed(); seed < rules.firstSeed() + SEEDS; seed++) {
      if (!passes(seed, stack, rules) && passes(seed, stack, Rules.ALL)) {
        return seed;
      }
    }
    return 0;
  }

  private static boolean passes(long seed, LockStack stack, Rules rules) {
    try {
      new Cluster(new SeededScheduler(seed, false), stack, rules).run();
      return true;
    } catch (RuntimeException | AssertionError e) {
      return false;
    }
  }
}
