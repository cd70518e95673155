package org.lockstepfs.fuse.dlmglue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.lockstepfs.locks.mode.LockMode.EX;
import static org.lockstepfs.locks.mode.LockMode.NL;
import static org.lockstepfs.locks.mode.LockMode.PR;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lockstepfs.locks.mode.LockMode;

/** flock(2), on a volume of one node and on one of two: the same promises. */
final class FlockResTest {

  /** Where the open files are. */
  enum Volume {
    LOCAL,
    ONE_NODE,
    TWO_NODES
  }

  private static final long BLOCK = 77;
  private static final String OK = "ok";

  private final FakeDlm dlm = new FakeDlm(4711, 50);
  private final List<DlmGlue> glues = new ArrayList<>();
  private int opened;

  private void mount(Volume volume) {
    if (volume == Volume.LOCAL) {
      glues.add(DlmGlue.local("local"));
    }
    for (int n = 0; n < volume.ordinal(); n++) {
      DlmGlue glue = new DlmGlue("node" + n);
      glue.start(dlm.connect(n, glue));
      glues.add(glue);
    }
  }

  /** Opens the file, in turn on each node. */
  private FlockRes open() {
    return glues.get(opened++ % glues.size()).flockRes(BLOCK, 1);
  }

  @AfterEach
  void nothingWentWrong() {
    glues.forEach(DlmGlue::close);
    dlm.close();
    assertThat(dlm.violations).isEmpty();
  }

  private static final class Result extends CompletableFuture<String> {
    private FlockRes.Pending pending;

    void done(Errno error) {
      if (!complete(error == null ? OK : error.name())) {
        throw new IllegalStateException("answered twice");
      }
    }

    String await() throws Exception {
      return get(10, TimeUnit.SECONDS);
    }
  }

  private static Result lock(FlockRes file, LockMode level, boolean nonblock) {
    Result result = new Result();
    result.pending = file.lock(level, nonblock, result::done);
    return result;
  }

  private static Result unlock(FlockRes file) {
    Result result = new Result();
    file.unlock(result::done);
    return result;
  }

  private static void close(FlockRes file) throws InterruptedException {
    CountDownLatch closed = new CountDownLatch(1);
    file.close(closed::countDown);
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
  }

  private static void assertWaits(Result result) throws Exception {
    try {
      assertThat(result.get(30, TimeUnit.MILLISECONDS)).as("answered").isNull();
    } catch (TimeoutException expected) {
      assertThat(result.isDone()).isFalse();
    }
  }

  @ParameterizedTest
  @EnumSource
  void exclusiveKeepsOthersOutUntilUnlock(Volume volume) throws Exception {
    mount(volume);
    FlockRes a = open();
    FlockRes b = open();

    assertThat(lock(a, EX, false).await()).isEqualTo(OK);
    assertThat(lock(b, PR, true).await()).isEqualTo("EAGAIN");
    Result waiting = lock(b, PR, false);
    assertWaits(waiting);
    assertThat(unlock(a).await()).isEqualTo(OK);
    assertThat(waiting.await()).isEqualTo(OK);
    assertThat(a.level()).isEqualTo(NL);
    assertThat(b.level()).isEqualTo(PR);
    assertThat(lock(a, PR, true).await()).as("shared beside shared").isEqualTo(OK);
    close(a);
    close(b);
    assertThat(dlm.locks()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptedWaiterLeavesNothing(Volume volume) throws Exception {
    mount(volume);
    FlockRes a = open();
    FlockRes b = open();
    FlockRes c = open();
    assertThat(lock(a, PR, false).await()).isEqualTo(OK);
    Result waiting = lock(b, EX, false);
    assertWaits(waiting);

    waiting.pending.cancel();

    assertThat(waiting.await()).isEqualTo("EINTR");
    assertThat(lock(c, PR, false).await()).as("nobody waits for EX any more").isEqualTo(OK);
    assertThat(lock(b, PR, false).await()).as("the open file still works").isEqualTo(OK);
    close(a);
    close(b);
    close(c);
    assertThat(dlm.locks()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void anUpgradeDropsTheOldLockFirstAndADowngradeSucceeds(Volume volume) throws Exception {
    mount(volume);
    FlockRes a = open();
    FlockRes b = open();
    assertThat(lock(a, PR, false).await()).isEqualTo(OK);
    assertThat(lock(b, PR, false).await()).isEqualTo(OK);

    assertThat(lock(a, EX, true).await()).isEqualTo("EAGAIN");
    assertThat(a.level()).as("flock(2): the original lock is lost").isEqualTo(NL);
    assertThat(lock(b, EX, true).await()).isEqualTo(OK);
    Result waiting = lock(a, EX, false);
    assertThat(lock(b, PR, false).await()).as("downgrade").isEqualTo(OK);
    close(b);
    assertThat(waiting.await()).isEqualTo(OK);
    assertThat(lock(a, EX, true).await()).as("held already").isEqualTo(OK);
    close(a);
    assertThat(dlm.locks()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void closeAnswersWaitersAndForgetsTheFile(Volume volume) throws Exception {
    mount(volume);
    FlockRes a = open();
    FlockRes b = open();
    assertThat(lock(a, EX, false).await()).isEqualTo(OK);
    Result waiting = lock(b, EX, false);
    Result behind = lock(b, PR, false);
    assertWaits(waiting);

    close(b);

    assertThat(waiting.await()).isEqualTo("EINTR");
    assertThat(behind.await()).isEqualTo("EINTR");
    assertThat(lock(b, PR, false).await()).isEqualTo("EBADF");
    close(a);
    assertThat(dlm.locks()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void fiveHundredWaitersHoldNoThreadAndAllGetTheirTurn(Volume volume) throws Exception {
    mount(volume);
    FlockRes first = open();
    assertThat(lock(first, EX, false).await()).isEqualTo(OK);
    AtomicInteger inside = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch left = new CountDownLatch(500);
    int threadsBefore = Thread.activeCount();
    for (int i = 0; i < 500; i++) {
      FlockRes file = open();
      file.lock(
          EX,
          false,
          error -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            inside.decrementAndGet();
            file.close(left::countDown);
          });
    }
    assertThat(Thread.activeCount()).isLessThan(threadsBefore + 10);

    close(first);

    assertThat(left.await(20, TimeUnit.SECONDS)).as("%d left behind", left.getCount()).isTrue();
    assertThat(most).hasValue(1);
    assertThat(dlm.locks()).isZero();
  }

  @ParameterizedTest
  @EnumSource
  void randomCancelsNeitherLoseNorLeaveLocks(Volume volume) throws Exception {
    mount(volume);
    long seed = 99;
    Random random = new Random(seed);
    List<FlockRes> files = new ArrayList<>();
    for (int i = 0; i < 6; i++) {
      files.add(open());
    }
    for (int round = 0; round < 150; round++) {
      List<Result> results = new ArrayList<>();
      for (FlockRes file : files) {
        results.add(lock(file, random.nextBoolean() ? EX : PR, random.nextInt(4) == 0));
      }
      for (Result result : results) {
        if (random.nextBoolean()) {
          result.pending.cancel();
        }
      }
      for (int i = 0; i < files.size(); i++) {
        if (random.nextBoolean()) {
          results.get(i).pending.cancel();
        }
        // Everyone lets go again, so that whoever still waits gets its turn.
        FlockRes file = files.get(i);
        results.get(i).thenRun(() -> file.unlock(error -> {}));
      }
      for (Result result : results) {
        assertThat(result.await()).as("seed %d", seed).isIn(OK, "EINTR", "EAGAIN");
      }
    }
    for (FlockRes file : files) {
      close(file);
    }
    assertThat(dlm.locks()).as("seed %d", seed).isZero();
  }
}
