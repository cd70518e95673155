package org.lockstepfs.locks.fsdlm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The benchmark measures what its name says. */
@Timeout(60)
class ConversionStormTest {
  @Test
  void conversionsMeetEachOther() {
    ConversionStorm storm = new ConversionStorm(1);
    for (int i = 0; i < 20_000; i++) {
      storm.convertOne();
    }
    long done = 0;
    for (FsDlmStatus status : FsDlmStatus.values()) {
      done += storm.ended(status);
    }
    assertThat(done + storm.waiting()).isEqualTo(20_000);
    assertThat(storm.ended(FsDlmStatus.SUCCESS)).isGreaterThan(10_000);
    assertThat(storm.ended(FsDlmStatus.EAGAIN)).isGreaterThan(100);
    assertThat(storm.ended(FsDlmStatus.EDEADLK)).isGreaterThan(100);
    assertThat(storm.ended(FsDlmStatus.ECANCEL)).isGreaterThan(100);
    assertThat(storm.waiting()).isPositive();
  }
}
