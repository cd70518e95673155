package org.lockstepfs.locks.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The simulator itself: order per link, disorder across links, replies, replay by seed. */
class SeededNetworkTest {

  private static final class Recorder implements SeededNetwork.Node<String> {
    final List<String> log;
    final int self;

    Recorder(int self, List<String> log) {
      this.self = self;
      this.log = log;
    }

    @Override
    public int onMessage(int from, String message) {
      log.add(self + ":" + message);
      return message.length();
    }

    @Override
    public void onReply(long token, int status) {
      log.add(self + ":reply " + token + "=" + status);
    }

    @Override
    public void onSendFailed(long token) {
      log.add(self + ":failed " + token);
    }

    @Override
    public void drain() {}
  }

  private static List<String> run(long seed) {
    SeededScheduler scheduler = new SeededScheduler(seed, false);
    SeededNetwork<String> net = new SeededNetwork<>(scheduler);
    List<String> log = new ArrayList<>();
    net.attach(1, new Recorder(1, log));
    net.attach(2, new Recorder(2, log));
    net.attach(3, new Recorder(3, log));
    for (int i = 1; i <= 5; i++) {
      net.send(1, 3, "a" + i, i);
      net.send(2, 3, "b" + i, 0);
    }
    while (net.deliverOne()) {
      assertThat(log.size()).isLessThan(100);
    }
    return log;
  }

  @Test
  void aLinkKeepsItsOrderAndEveryRequestGetsItsReply() {
    List<String> log = run(7);
    assertThat(log)
        .filteredOn(l -> l.startsWith("3:a"))
        .containsExactly("3:a1", "3:a2", "3:a3", "3:a4", "3:a5");
    assertThat(log).filteredOn(l -> l.startsWith("1:reply")).hasSize(5).startsWith("1:reply 1=2");
    assertThat(log).filteredOn(l -> l.startsWith("2:reply")).isEmpty();
  }

  @Test
  void seedsDecideTheInterleavingAlone() {
    assertThat(run(7)).isEqualTo(run(7));
    assertThat(List.of(run(1), run(2), run(3), run(4)).stream().distinct().count())
        .isGreaterThan(1);
  }

  @Test
  void aDetachedNodeFailsItsPeersRequests() {
    SeededNetwork<String> net = new SeededNetwork<>(new SeededScheduler(1, false));
    List<String> log = new ArrayList<>();
    net.attach(1, new Recorder(1, log));
    net.attach(2, new Recorder(2, log));
    net.send(1, 2, "lost", 9);
    net.detach(2);
    assertThat(log).containsExactly("1:failed 9");
  }

  @Test
  void aFailingSeedNamesItself() {
    assertThatThrownBy(
            () ->
                Seeds.runRange(
                    1,
                    20,
                    scheduler -> {
                      scheduler.trace(() -> "about to fail");
                      assertThat(scheduler.seed()).isNotEqualTo(13);
                    }))
        .hasMessageContaining("seed 13")
        .hasMessageContaining("about to fail");
  }
}
