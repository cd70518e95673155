package org.lockstepfs.stack.fence;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class SelfFenceTest {
  private static final long TIMEOUT_MS = 6_000;

  private final AtomicLong nowNanos = new AtomicLong(-3_000_000_000L);
  private final TestFence acts = new TestFence();
  private final SelfFence fence = new SelfFence(acts, nowNanos::get);
  private final Deadline deadline =
      fence.deadline("vol", TIMEOUT_MS, () -> acts.events.add("last words"));

  private void pass(long ms) {
    nowNanos.addAndGet(TimeUnit.MILLISECONDS.toNanos(ms));
  }

  private void write() throws IOException {
    fence.begin();
    fence.end();
  }

  @Test
  void anUnarmedDeadlineNeverPasses() {
    pass(1_000_000);
    assertThatCode(this::write).doesNotThrowAnyException();
    assertThat(fence.marginNanos()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aWriteOneNanosecondBeforeTheDeadlinePassesAndOneAtItDoesNot() throws IOException {
    deadline.renew(nowNanos.get());
    pass(TIMEOUT_MS);
    nowNanos.decrementAndGet();
    write();
    nowNanos.incrementAndGet();
    assertThatThrownBy(this::write).hasMessage("fenced: no heartbeat on vol for 6000 ms");
    assertThat(fence.isFenced()).isTrue();
  }

  @Test
  void aDeadlineThatHasPassedIsNotRenewed() {
    deadline.renew(nowNanos.get());
    pass(TIMEOUT_MS + 1);
    deadline.renew(nowNanos.get());
    assertThatThrownBy(this::write).hasMessageStartingWith("fenced: no heartbeat on vol");
  }

  @Test
  void aDeadlineNeverMovesBack() throws IOException {
    long begun = nowNanos.get();
    deadline.renew(begun + TimeUnit.SECONDS.toNanos(2));
    deadline.renew(begun);
    pass(TIMEOUT_MS + 1_000);
    write();
    assertThat(fence.marginNanos()).isEqualTo(TimeUnit.SECONDS.toNanos(1));
  }

  @Test
  void theEarliestOfSeveralDeadlinesCounts() {
    deadline.renew(nowNanos.get());
    Deadline other = fence.deadline("other", 1_000, () -> {});
    other.renew(nowNanos.get());
    pass(1_500);
    assertThatThrownBy(this::write).hasMessage("fenced: no heartbeat on other for 1500 ms");
    fence.remove(other);
    assertThatThrownBy(this::write).hasMessageStartingWith("fenced");
  }

  /** Fault: after a pause a node speaks until its watchdog has woken up, and others believe it. */
  @Test
  void theSwitchIsThrownByWhoAsksFirst() {
    deadline.renew(nowNanos.get());
    pass(TIMEOUT_MS - 1);
    assertThat(fence.isPastDeadline()).isFalse();
    pass(1);
    assertThat(fence.isFenced()).isFalse();
    assertThat(fence.isPastDeadline()).isTrue();
    assertThat(fence.isFenced()).isTrue();
  }

  @Test
  void lastWordsAreSaidAfterTheCutAndOnlyBeforeTheDeadline() {
    deadline.renew(nowNanos.get());
    fence.fence("no quorum");
    fence.fence("another reason");
    fence.act();
    assertThat(acts.events).containsExactly("cut off: no quorum", "last words", "halt");
    acts.events.clear();
    pass(TIMEOUT_MS);
    fence.act();
    assertThat(acts.events).containsExactly("cut off: no quorum", "halt");
  }

  @Test
  void lastWordsMayWriteButNobodyElse() {
    Deadline talker =
        fence.deadline(
            "talker",
            TIMEOUT_MS,
            () -> assertThatCode(this::write).as("last words").doesNotThrowAnyException());
    talker.renew(nowNanos.get());
    fence.fence("no quorum");
    assertThatThrownBy(this::write).hasMessage("fenced: no quorum");
    fence.act();
    assertThatThrownBy(this::write).hasMessage("fenced: no quorum");
  }

  @Test
  void lastWordsWaitForWritesUnderWayAndAreLeftUnsaidIfThoseHang() throws Exception {
    AtomicLong real = new AtomicLong();
    SelfFence slow = new SelfFence(acts, () -> real.getAndAdd(TimeUnit.MILLISECONDS.toNanos(1)));
    Deadline end = slow.deadline("vol", 1_000_000, () -> acts.events.add("last words"));
    end.renew(0);
    slow.begin();
    slow.fence("no quorum");
    slow.act();
    assertThat(acts.events).containsExactly("cut off: no quorum", "halt");
    acts.events.clear();
    slow.end();
    slow.act();
    assertThat(acts.events).containsExactly("cut off: no quorum", "last words", "halt");
  }

  /** The thread that cuts off hangs, as in an unmount that does not return. */
  @Test
  void theWatchdogSeesTheDeadlineAndEndsTheProcessThoughTheOtherThreadHangs() throws Exception {
    CountDownLatch halted = new CountDownLatch(1);
    CountDownLatch hang = new CountDownLatch(1);
    SelfFence real =
        new SelfFence(
            new Fence() {
              @Override
              public void cutOff(String reason) {
                try {
                  hang.await();
                } catch (InterruptedException e) {
                  throw new IllegalStateException(e);
                }
              }

              @Override
              public void halt() {
                halted.countDown();
              }
            },
            System::nanoTime);
    real.deadline("vol", 100, () -> {}).renew(System.nanoTime());
    real.start();
    assertThat(halted.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(real.reason()).startsWith("no heartbeat on vol for 1");
    hang.countDown();
  }
}
