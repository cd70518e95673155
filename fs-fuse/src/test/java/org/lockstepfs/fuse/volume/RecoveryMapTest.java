package org.lockstepfs.fuse.volume;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class RecoveryMapTest {
  private final RecoveryMap map = new RecoveryMap();

  @Test
  void oneWhoIsBackStaysToBeRecovered() {
    map.nodeDown(3);
    map.nodeBack(3);
    assertThat(map.pending()).containsOnlyKeys(3);
    assertThat(map.isBack(3)).isTrue();
  }

  @Test
  void oneWhoDiedAgainIsNotBack() {
    map.nodeDown(3);
    map.nodeBack(3);
    map.nodeDown(3);
    assertThat(map.isBack(3)).isFalse();
  }

  @Test
  void aDeathDuringARecoveryIsNotRecoveredByIt() {
    map.nodeDown(3);
    var first = map.pending();
    map.nodeBack(3);
    map.nodeDown(3);
    map.recovered(first);
    assertThat(map.pending()).containsOnlyKeys(3);
    map.recovered(map.pending());
    assertThat(map.pending()).isEmpty();
  }

  @Test
  void whoIsRecoveredIsForgotten() {
    map.nodeDown(3);
    map.nodeBack(3);
    map.recovered(map.pending());
    assertThat(map.isBack(3)).isFalse();
  }

  @Test
  void whoReplaysWaitsForNoReplay() throws IOException {
    map.nodeDown(3);
    map.replays(Thread.currentThread());
    map.await();
    assertThat(map.pending()).containsOnlyKeys(3);
  }

  @Test
  void whoCleansUpIsToldOfTheNextDeath() throws IOException {
    map.cleans(Thread.currentThread());
    map.await();
    map.nodeDown(3);
    assertThatThrownBy(map::await)
        .isInstanceOf(NodeDiedException.class)
        .hasMessageContaining("[3]");
  }
}
