package org.lockstepfs.stack.mailbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class MailboxTest {
  private final Mailbox mailbox = new Mailbox();

  @Test
  void runsOnTheCallersThreadBeforeItReturns() {
    Thread[] ran = new Thread[1];
    mailbox.post(() -> ran[0] = Thread.currentThread());
    assertThat(ran[0]).isSameAs(Thread.currentThread());
  }

  @Test
  void whatAnEventPostsRunsAfterIt() {
    List<String> order = new ArrayList<>();
    mailbox.post(
        () -> {
          mailbox.post(() -> order.add("second"));
          order.add("first");
        });
    assertThat(order).containsExactly("first", "second");
  }

  @Test
  void anEventThatFailsDoesNotStopTheOthers() {
    List<String> order = new ArrayList<>();
    mailbox.post(
        () -> {
          mailbox.post(() -> order.add("next"));
          throw new IllegalStateException("deliberate");
        });
    assertThat(order).containsExactly("next");
  }

  /** A thread that finds the mailbox busy leaves its event there and goes on. */
  @Test
  void nobodyWaitsForABusyMailbox() throws Exception {
    CountDownLatch busy = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    Thread runner =
        new Thread(
            () ->
                mailbox.post(
                    () -> {
                      busy.countDown();
                      awaitUnchecked(release);
                    }));
    runner.start();
    busy.await();
    mailbox.post(done::countDown);
    assertThat(done.getCount()).isEqualTo(1);
    release.countDown();
    assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
    runner.join();
  }

  @Test
  void eventsOfManyThreadsNeverOverlapAndNoneIsLost() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    int[] count = {0};
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      Thread thread =
          new Thread(
              () -> {
                for (int i = 0; i < 20_000; i++) {
                  mailbox.post(
                      () -> {
                        if (inside.incrementAndGet() == 1) {
                          count[0]++;
                        }
                        inside.decrementAndGet();
                      });
                }
              });
      threads.add(thread);
      thread.start();
    }
    for (Thread thread : threads) {
      thread.join();
    }
    mailbox.post(() -> assertThat(count[0]).isEqualTo(80_000));
    assertThat(count[0]).isEqualTo(80_000);
  }

  private static void awaitUnchecked(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
