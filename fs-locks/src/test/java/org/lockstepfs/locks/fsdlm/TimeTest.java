package org.lockstepfs.locks.fsdlm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lockstepfs.locks.fsdlm.message.Status;

class TimeTest {
  @ParameterizedTest
  @ValueSource(longs = {-1_000_000, 0, 1_000_000})
  void aBarrierAsksAgainWhereverTimeBegins(long beginMs) {
    FsDlm engine = new FsDlm(new FsDlmConfig(1, 11, "test"));
    engine.tick(beginMs);
    engine.start(1, List.of(new Member(1, 11), new Member(2, 12)));
    assertThat(asked(engine)).isEmpty();
    for (int question = 0; question < 3; question++) {
      long dueMs = engine.nextDeadlineMs();
      assertThat(dueMs).isBetween(beginMs, beginMs + 1_000);
      engine.tick(dueMs);
      assertThat(asked(engine)).containsExactly(2);
    }
  }

  private static List<Integer> asked(FsDlm engine) {
    List<Integer> asked = new ArrayList<>();
    for (Effect effect = engine.poll(); effect != null; effect = engine.poll()) {
      if (effect instanceof Effect.Send send && send.envelope().message() instanceof Status) {
        asked.add(send.to());
      }
    }
    return asked;
  }
}
