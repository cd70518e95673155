package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a newcomer runs first. */
class DemoIT {

  @ParameterizedTest
  @EnumSource(Stack.class)
  @Timeout(300)
  void showsThatAllIsAsItShouldBe(Stack stack) {
    Sh.Result demo =
        Sh.run(
            Duration.ofSeconds(240),
            Map.of(),
            Node.LAUNCHER.toString(),
            "demo",
            "--stack",
            stack.label());
    assertThat(demo.ok().output())
        .contains("cluster demo (" + stack.label() + ")", "All as it should be.");
  }
}
