package org.lockstepfs.stack.user.control;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RunningMinorTest {
  private final RunningMinor minor = new RunningMinor(2);

  @Test
  void theFirstRunWhatAllOfThemCan() {
    minor.offered(3, 1);
    minor.offered(4, 5);
    minor.offered(9, 0);
    assertThat(minor.proposal(Set.of(1, 3, 4))).isEqualTo(1);
    assertThat(minor.proposal(Set.of(1, 4))).isEqualTo(2);
  }

  @Test
  void whatRunsStays() {
    minor.run(1);
    assertThat(minor.offer()).isEqualTo(1);
    assertThat(minor.suits(1)).isTrue();
    assertThat(minor.suits(7)).isTrue();
    assertThat(minor.suits(0)).isFalse();
    minor.offered(3, 2);
    assertThat(minor.proposal(Set.of(1, 3))).isEqualTo(1);
    assertThat(minor.consents(1)).isTrue();
    assertThat(minor.consents(2)).isFalse();
  }

  @Test
  void nobodyRunsWhatHeCannot() {
    assertThat(minor.consents(2)).isTrue();
    assertThat(minor.consents(0)).isTrue();
    assertThat(minor.consents(3)).isFalse();
    assertThat(minor.consents(-1)).isFalse();
  }
}
