package org.lockstepfs.blockdev.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Clock;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.device.FaultyDevice;

@Timeout(30)
class JbdJournalTest {
  private static final int BLOCK_SIZE = 1024;
  private static final long HOME = TestVolume.HOME_START;

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private TestVolume volume;
  private JbdJournal journal;

  @BeforeEach
  void openJournal() throws IOException {
    volume = new TestVolume(BLOCK_SIZE);
    journal = volume.open(volume.disk);
  }

  @AfterEach
  void stopThreads() {
    threads.shutdownNow();
  }

  private int change(MetaBuffer buffer, int value) throws IOException {
    try (Handle handle = journal.start(1)) {
      handle.dirty(buffer);
      TestVolume.fill(buffer, 0, value);
      return handle.transactionId();
    }
  }

  @Test
  void aBufferStaysAttachedUntilItIsHome() throws IOException {
    MetaBuffer buffer = volume.buffer(HOME);
    int tid = change(buffer, 7);
    assertThat(journal.attached(HOME)).isSameAs(buffer);
    assertThat(volume.contents(volume.disk, HOME)).isZero();

    journal.commit(tid);
    assertThat(journal.runningTransactionId()).isEqualTo(tid + 1);
    assertThat(journal.attached(HOME)).isSameAs(buffer);
    assertThat(volume.contents(volume.disk, HOME)).isZero();
    assertThat(journal.isCheckpointed(tid)).isFalse();

    journal.flush();
    assertThat(journal.attached(HOME)).isNull();
    assertThat(volume.contents(volume.disk, HOME)).isEqualTo(7);
    assertThat(journal.isCheckpointed(tid)).isTrue();
    assertThat(volume.replay(volume.disk.copy()).transactions()).isZero();
  }

  @Test
  void changesAfterTheCommitDoNotReachTheOlderImage() throws IOException {
    MetaBuffer buffer = volume.buffer(HOME);
    journal.commit(change(buffer, 1));
    change(buffer, 2);
    volume.replay(volume.disk);
    assertThat(volume.contents(volume.disk, HOME)).isEqualTo(1);
  }

  @Test
  void emptyCommitsWriteNothing() throws IOException {
    int tid = journal.runningTransactionId();
    journal.start(5).stop();
    journal.commit();
    journal.commit(tid);
    journal.flush();
    assertThat(journal.runningTransactionId()).isEqualTo(tid);
    assertThat(journal.stats().commits()).isZero();
  }

  @Test
  void creditsBoundAHandle() throws IOException {
    int max = journal.maxHandleBlocks();
    assertThat(max).isEqualTo((TestVolume.JOURNAL_BLOCKS - 1) / 4);
    assertThatThrownBy(() -> journal.start(max + 1)).isInstanceOf(IOException.class);
    try (Handle handle = journal.start(max - 1)) {
      assertThat(handle.extend(2)).isFalse();
      for (int i = 0; i < max; i++) {
        handle.dirty(volume.buffer(HOME + i));
      }
      assertThatThrownBy(() -> handle.dirty(volume.buffer(HOME + max)))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("credit");
      handle.forget(HOME);
      handle.dirty(volume.buffer(HOME + max));
    }
    assertThat(journal.stats().commits()).isZero();
    journal.start(1).stop();
    assertThat(journal.stats().commits()).isEqualTo(1);
  }

  @Test
  void manyTransactionsWrapAroundTheLog() throws IOException {
    for (int i = 1; i <= 500; i++) {
      change(volume.buffer(HOME + i % 100), i);
      if (i % 3 == 0) {
        journal.commit();
      }
    }
    journal.close();
    for (int i = 401; i <= 500; i++) {
      assertThat(volume.contents(volume.disk, HOME + i % 100)).isEqualTo(i);
    }
    assertThat(volume.replay(volume.disk).transactions()).isZero();
    assertThatThrownBy(() -> journal.start(1)).hasMessageContaining("closed");
  }

  @Test
  void aForgottenBlockIsNeverWrittenHome() throws IOException {
    journal.commit(change(volume.buffer(HOME), 1));
    try (Handle handle = journal.start(1)) {
      handle.forget(HOME);
    }
    assertThat(journal.attached(HOME)).isNull();
    journal.commit();
    writeData(volume.disk, HOME, 99);
    BlockDevice crashed = volume.disk.copy();
    assertThat(volume.replay(crashed).revoked()).isEqualTo(1);
    assertThat(volume.contents(crashed, HOME)).isEqualTo(99);
    journal.flush();
    assertThat(volume.contents(volume.disk, HOME)).isEqualTo(99);
  }

  @Test
  void dirtyingAForgottenBlockCancelsTheRevoke() throws IOException {
    journal.commit(change(volume.buffer(HOME), 1));
    try (Handle handle = journal.start(1)) {
      handle.forget(HOME);
      MetaBuffer again = volume.buffer(HOME);
      handle.dirty(again);
      TestVolume.fill(again, 0, 2);
    }
    journal.commit();
    assertThat(journal.stats().revokedBlocks()).isZero();
    volume.replay(volume.disk);
    assertThat(volume.contents(volume.disk, HOME)).isEqualTo(2);
  }

  /** A checkpoint that is writing a freed block home would destroy the file data put there next. */
  @Test
  void theCommitThatFreesABlockWaitsForItsImageOnTheWayHome() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    journal.close();
    journal = volume.open(new SlowHome(volume.disk, HOME * BLOCK_SIZE, writing, release));
    journal.commit(change(volume.buffer(HOME), 1));
    Future<?> checkpoint = submit(() -> journal.flush());
    writing.await();
    try (Handle handle = journal.start(1)) {
      handle.forget(HOME);
    }
    Future<?> commit = submit(() -> journal.commit());
    // The commit is on disk, yet must not be reported.
    while (!hasCommit(handleTid())) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(commit.isDone()).isFalse();
    release.countDown();
    commit.get(10, TimeUnit.SECONDS);
    writeData(volume.disk, HOME, 99);
    checkpoint.get(10, TimeUnit.SECONDS);
    journal.close();
    assertThat(volume.contents(volume.disk, HOME)).isEqualTo(99);
  }

  /** Fault: fsync asks for the running transaction while that of its write is on its way. */
  @Test
  void whoAsksForTheNextTransactionWaitsForTheOneUnderWay() throws Exception {
    CountDownLatch writing = new CountDownLatch(1);
    CountDownLatch release = new CountDownLatch(1);
    journal.close();
    long log = TestVolume.map(1) * BLOCK_SIZE;
    journal = volume.open(new SlowHome(volume.disk, log, writing, release));
    int tid = change(volume.buffer(HOME), 1);
    Future<?> first = submit(() -> journal.commit(tid));
    writing.await();
    assertThat(journal.runningTransactionId()).isEqualTo(tid + 1);
    Future<?> second = submit(() -> journal.commit(tid + 1));
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(second.isDone()).isFalse();
    release.countDown();
    second.get(10, TimeUnit.SECONDS);
    first.get(10, TimeUnit.SECONDS);
    assertThat(volume.replay(volume.disk.copy()).transactions()).isEqualTo(1);
  }

  private int handleTid() {
    return journal.runningTransactionId() - 1;
  }

  private boolean hasCommit(int tid) throws IOException {
    BlockDevice copy = volume.disk.copy();
    return volume.replay(copy).transactions() >= 2 && tid > 0;
  }

  @Test
  void aCommitWaitsForOpenHandlesAndHoldsNewOnesOff() throws Exception {
    MetaBuffer buffer = volume.buffer(HOME);
    Handle handle = journal.start(1);
    handle.dirty(buffer);
    Future<?> commit = submit(() -> journal.commit(handle.transactionId()));
    while (handle.extend(0)) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
    Future<?> later = submit(() -> change(volume.buffer(HOME + 1), 1));
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(commit.isDone()).isFalse();
    assertThat(later.isDone()).isFalse();
    TestVolume.fill(buffer, 0, 5);
    handle.stop();
    commit.get(10, TimeUnit.SECONDS);
    later.get(10, TimeUnit.SECONDS);
    assertThat(journal.stats().loggedBlocks()).isEqualTo(1);
    volume.replay(volume.disk);
    assertThat(volume.contents(volume.disk, HOME)).isEqualTo(5);
  }

  @Test
  void aWriteErrorAbortsTheJournal() throws IOException {
    FaultyDevice device = new FaultyDevice(volume.disk, new Random(1));
    journal = volume.open(device);
    MetaBuffer buffer = volume.buffer(HOME);
    int tid = change(buffer, 1);
    Handle open = journal.start(1);
    open.stop();
    device.setWriteErrorRate(1);
    assertThatThrownBy(() -> journal.commit(tid)).isInstanceOf(IOException.class);
    assertThat(journal.isAborted()).isTrue();
    device.setWriteErrorRate(0);
    assertThatThrownBy(() -> journal.start(1)).hasMessageContaining("aborted");
    assertThatThrownBy(() -> journal.commit()).hasMessageContaining("aborted");
    assertThatThrownBy(() -> journal.flush()).hasMessageContaining("aborted");
    assertThatThrownBy(() -> journal.close()).hasMessageContaining("aborted");
  }

  @Test
  void maintainCommitsByAgeAndCheckpointsByFill() throws IOException {
    AtomicLong nanos = new AtomicLong();
    journal =
        JbdJournal.open(
            volume.disk,
            BLOCK_SIZE,
            TestVolume::map,
            new JournalOptions(Clock.systemUTC(), nanos::get, 5000));
    change(volume.buffer(HOME), 1);
    nanos.set(TimeUnit.MILLISECONDS.toNanos(4999));
    journal.maintain();
    assertThat(journal.stats().commits()).isZero();
    nanos.set(TimeUnit.MILLISECONDS.toNanos(5000));
    journal.maintain();
    assertThat(journal.stats().commits()).isEqualTo(1);
    assertThat(journal.stats().homeBlocks()).isZero();
    for (int i = 0; i < 12; i++) {
      journal.commit(change(volume.buffer(HOME + i), i));
    }
    journal.maintain();
    assertThat(journal.stats().usedLogBlocks()).isZero();
  }

  @Test
  void concurrentCommittersShareCommits() throws Exception {
    int workers = 4;
    int rounds = 200;
    CountDownLatch done = new CountDownLatch(workers);
    for (int w = 0; w < workers; w++) {
      MetaBuffer buffer = volume.buffer(HOME + w);
      submit(
          () -> {
            for (int i = 1; i <= rounds; i++) {
              journal.commit(change(buffer, i));
            }
            done.countDown();
          });
    }
    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    journal.close();
    assertThat(journal.stats().commits()).isLessThanOrEqualTo((long) workers * rounds);
    for (int w = 0; w < workers; w++) {
      assertThat(volume.contents(volume.disk, HOME + w)).isEqualTo(rounds);
    }
  }

  private interface Action {
    void run() throws Exception;
  }

  private Future<?> submit(Action action) {
    return threads.submit(
        () -> {
          action.run();
          return null;
        });
  }

  private static void writeData(BlockDevice device, long block, int value) throws IOException {
    ByteBuffer data = ByteBuffer.allocate(BLOCK_SIZE);
    for (int i = 4; i < BLOCK_SIZE; i += 4) {
      data.putInt(i, value);
    }
    device.write(block * BLOCK_SIZE, data);
  }
}
