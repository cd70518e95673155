package org.lockstepfs.fuse.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.blockdev.sys.ErrnoException;

@Timeout(20)
class AnswerTest {
  private final AtomicBoolean interrupted = new AtomicBoolean();
  private final Caller rq = new Caller(1, 0, 0, 4711, interrupted::get);

  @Test
  void anAnswerMayComeFromAnotherThread() throws Exception {
    int written = Answer.of(new Answer.OfWrite(), rq, a -> new Thread(() -> a.written(12)).start());
    assertThat(written).isEqualTo(12);
  }

  @Test
  void anErrorIsThrownWithItsNumber() {
    assertThatThrownBy(() -> Answer.of(new Answer.Done(), rq, a -> a.error(Errno.ENOSPC)))
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOSPC));
    assertThatThrownBy(
            () ->
                Answer.of(
                    new Answer.Done(),
                    rq,
                    a -> {
                      throw new IOException("thrown, not answered");
                    }))
        .hasMessage("thrown, not answered");
  }

  @Test
  void theFirstAnswerCounts() throws Exception {
    Answer.Done twice = new Answer.Done();
    Answer.of(
        twice,
        rq,
        a -> {
          a.ok();
          a.error(Errno.EIO);
        });
  }

  /** Fault: a waiter whose caller was killed waits on; nothing else would wake it. */
  @Test
  void anInterruptDuringTheWaitRunsItsActionOnce() {
    AtomicInteger runs = new AtomicInteger();
    assertThatThrownBy(
            () ->
                Answer.of(
                    new Answer.Done(),
                    rq,
                    a -> {
                      rq.onInterrupt(
                          () -> {
                            runs.incrementAndGet();
                            a.error(Errno.EINTR);
                          });
                      assertThat(runs).hasValue(0);
                      interrupted.set(true);
                    }))
        .hasMessageContaining("EINTR");
    rq.poll();
    assertThat(runs).hasValue(1);
  }

  @Test
  void anInterruptThatWasEarlierRunsItsActionAtOnce() {
    interrupted.set(true);
    AtomicInteger runs = new AtomicInteger();
    rq.onInterrupt(runs::incrementAndGet);
    assertThat(runs).hasValue(1);
  }
}
