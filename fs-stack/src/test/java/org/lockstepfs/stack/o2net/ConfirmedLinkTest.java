package org.lockstepfs.stack.o2net;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * A receiver that takes messages in order only, behind a transport whose answers the test gives.
 */
class ConfirmedLinkTest {
  private static final int EAGAIN_STATUS = -11;

  private record OnItsWay(int message, SendListener listener) {}

  private final Deque<OnItsWay> wire = new ArrayDeque<>();
  private final List<Integer> received = new ArrayList<>();
  private int failures;
  private final ConfirmedLink link =
      new ConfirmedLink(new Wire(), 3, 1, 2, Runnable::run, failed -> failures++);

  private final class Wire implements Transport {
    @Override
    public void register(int type, int key, int maxLength, MessageHandler handler) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void unregister(int type, int key) {
      throw new UnsupportedOperationException();
    }

    @Override
    public void send(int target, int type, int key, byte[] payload, SendListener result) {
      wire.add(new OnItsWay(payload[0] << 8 | payload[1] & 0xff, result));
    }
  }

  private void send(int from, int count) {
    for (int i = from; i < from + count; i++) {
      assertThat(link.send(new byte[] {(byte) (i >> 8), (byte) i})).isTrue();
    }
  }

  private void arrive() {
    OnItsWay next = wire.remove();
    if (next.message == received.size()) {
      received.add(next.message);
    }
    int status = next.message < received.size() ? 0 : EAGAIN_STATUS;
    next.listener.done(SendResult.DELIVERED, status);
  }

  private void lose(SendResult how) {
    wire.remove().listener.done(how, 0);
  }

  private void allArrive() {
    while (!wire.isEmpty()) {
      arrive();
    }
  }

  @Test
  void onlySomeAreOnTheirWayAtATime() {
    send(0, 3 * ConfirmedLink.WINDOW);
    assertThat(wire).hasSize(ConfirmedLink.WINDOW);
    arrive();
    assertThat(wire).hasSize(ConfirmedLink.WINDOW);
    allArrive();
    assertThat(received).hasSize(3 * ConfirmedLink.WINDOW);
    assertThat(failures).isZero();
  }

  @Test
  void whatWasLostIsSentAgainInOrder() {
    send(0, 5);
    arrive();
    lose(SendResult.DIED);
    lose(SendResult.DIED);
    assertThat(failures).isEqualTo(1);
    arrive();
    arrive();
    send(5, 1);
    assertThat(wire).isEmpty();
    link.retry();
    allArrive();
    assertThat(received).containsExactly(0, 1, 2, 3, 4, 5);
    link.retry();
    assertThat(wire).isEmpty();
  }

  @Test
  void aTransportThatTakesFewGetsOnAllTheSame() {
    int room = 10;
    send(0, 2_000);
    for (int round = 0; received.size() < 2_000; round++) {
      assertThat(round).isLessThan(2_000);
      List<OnItsWay> all = new ArrayList<>(wire);
      wire.clear();
      all.subList(room, Math.max(room, all.size()))
          .forEach(refused -> refused.listener.done(SendResult.OVERLOADED, 0));
      wire.addAll(all.subList(0, Math.min(room, all.size())));
      allArrive();
      link.retry();
    }
  }

  @Test
  void aConfirmationThatComesLateCounts() {
    send(0, 2);
    OnItsWay slow = wire.remove();
    received.add(slow.message);
    lose(SendResult.DIED);
    link.retry();
    assertThat(wire).hasSize(2);
    slow.listener.done(SendResult.DELIVERED, 0);
    allArrive();
    assertThat(received).containsExactly(0, 1);
    assertThat(failures).isEqualTo(1);
  }

  @Test
  void aClosedLinkIsSilent() {
    send(0, 2);
    lose(SendResult.DIED);
    link.close();
    link.retry();
    arrive();
    send(2, 1);
    assertThat(wire).isEmpty();
  }
}
