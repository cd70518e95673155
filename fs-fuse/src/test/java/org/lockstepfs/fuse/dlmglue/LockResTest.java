package org.lockstepfs.fuse.dlmglue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.lockstepfs.locks.mode.LockMode.EX;
import static org.lockstepfs.locks.mode.LockMode.NL;
import static org.lockstepfs.locks.mode.LockMode.PR;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import jnr.constants.platform.Errno;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.LockId;

/** What the threads around the rules do, on two nodes of a lock manager that is slow at will. */
@Timeout(30)
final class LockResTest {
  private static final LockId NAME = LockNames.of(LockType.META, 1, 0);
  private static final LockId OTHER = LockNames.of(LockType.META, 2, 0);

  private final FakeDlm dlm = new FakeDlm(42, 30);
  private final DlmGlue a = mount(0);
  private final DlmGlue b = mount(1);
  private final ExecutorService pool = Executors.newCachedThreadPool();

  private DlmGlue mount(int node) {
    DlmGlue glue = new DlmGlue("node" + node);
    glue.start(dlm.connect(node, glue));
    return glue;
  }

  @AfterEach
  void nothingWentWrong() {
    pool.shutdownNow();
    a.close();
    b.close();
    dlm.close();
    assertThat(dlm.violations).isEmpty();
  }

  private static LockRes meta(DlmGlue glue, LockId name, LockOps ops) {
    return glue.lockRes(LockType.META, name, ops);
  }

  private static void use(LockRes lock, LockMode mode) throws IOException {
    lock.lock(mode);
    lock.unlock(mode);
  }

  private Future<?> inBackground(LockRes lock, LockMode mode) {
    return pool.submit(
        () -> {
          use(lock, mode);
          return null;
        });
  }

  private static void assertErrno(Errno errno, ThrowingCallable code) {
    assertThatThrownBy(code)
        .isInstanceOfSatisfying(ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(errno));
  }

  /** Fault: who stopped waiting gets the lock later, and nobody gives it up. */
  @Test
  void aWaitThatIsGivenUpLeavesNothingBehind() throws Exception {
    LockRes holder = meta(a, NAME, LockOps.NONE);
    LockRes waiter = meta(b, NAME, LockOps.NONE);
    AtomicBoolean givenUp = new AtomicBoolean();
    holder.lock(EX);
    waiter.attach();
    Future<?> waiting =
        pool.submit(
            () -> {
              waiter.lock(EX, givenUp::get);
              return null;
            });
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(waiting.isDone()).isFalse();
    givenUp.set(true);
    assertThatThrownBy(() -> waiting.get(5, TimeUnit.SECONDS))
        .hasCauseInstanceOf(ErrnoException.class)
        .hasMessageContaining("EINTR");
    waiter.giveBack(NL);
    waiter.settle();
    holder.unlock(EX);
    use(holder, EX);
    assertThat(waiter.level()).isEqualTo(NL);
    waiter.drop();
  }

  /** Fault: a try fails because of a lock that is cached elsewhere and held by nobody. */
  @Test
  void whatIsGivenBackIsFreeForATryElsewhere() throws IOException {
    LockRes first = meta(a, NAME, LockOps.NONE);
    LockRes second = meta(b, NAME, LockOps.NONE);
    use(first, EX);
    assertErrno(Errno.EAGAIN, () -> second.lock(EX, LockWait.NOQUEUE));
    first.giveBack(NL);
    first.settle();
    assertThat(first.level()).isEqualTo(NL);
    second.lock(EX, LockWait.NOQUEUE);
    second.unlock(EX);
  }

  /** Fault: one slow journal holds up the locks of everybody else. */
  @Test
  void aSlowCheckpointDelaysNoOtherLock() throws Exception {
    CountDownLatch journal = new CountDownLatch(1);
    AtomicBoolean dirty = new AtomicBoolean(true);
    LockRes slow =
        meta(
            a,
            NAME,
            new LockOps() {
              @Override
              public boolean checkDownconvert(LockMode newLevel) {
                return !dirty.get();
              }

              @Override
              public void checkpoint() throws IOException {
                try {
                  journal.await();
                  dirty.set(false);
                } catch (InterruptedException e) {
                  throw new IOException("stopped", e);
                }
              }
            });
    LockRes quick = meta(a, OTHER, LockOps.NONE);
    use(slow, EX);
    use(quick, EX);

    Future<?> waiting = inBackground(meta(b, NAME, LockOps.NONE), EX);
    LockRes other = meta(b, OTHER, LockOps.NONE);
    use(other, EX);

    assertThat(waiting.isDone()).as("not before the checkpoint").isFalse();
    assertThat(slow.level()).isEqualTo(EX);
    journal.countDown();
    waiting.get();
  }

  /** Fault: writing back needs a lock whose downconvert waits behind the writing back. */
  @Test
  void aBlockingWorkerMayNeedAnotherDownconvert() throws Exception {
    LockRes bitmap = meta(a, OTHER, LockOps.NONE);
    LockRes bitmapThere = meta(b, OTHER, LockOps.NONE);
    LockRes file =
        meta(
            a,
            NAME,
            new LockOps() {
              @Override
              public boolean workerMayBlock() {
                return true;
              }

              @Override
              public UnblockAction downconvertWorker(LockMode blocking) {
                try {
                  use(bitmapThere, EX);
                  use(bitmap, EX);
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
                return UnblockAction.CONTINUE;
              }
            });
    use(bitmap, EX);
    use(file, EX);

    use(meta(b, NAME, LockOps.NONE), EX);

    awaitText(file, "level NL");
    assertThat(bitmap.level()).isEqualTo(EX);
  }

  /** Fault: a lock that is lost because its checkpoint failed once. */
  @Test
  void aFailedCheckpointIsTriedAgain() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    LockRes lock =
        meta(
            a,
            NAME,
            new LockOps() {
              @Override
              public boolean checkDownconvert(LockMode newLevel) {
                return attempts.get() > 1;
              }

              @Override
              public void checkpoint() throws IOException {
                if (attempts.incrementAndGet() == 1) {
                  throw new IOException("bad sector");
                }
              }
            });
    use(lock, EX);

    use(meta(b, NAME, LockOps.NONE), EX);

    assertThat(attempts).hasValue(2);
  }

  /** Fault: post_unlock before the lock is free to be dropped. ocfs2_process_blocked_lock. */
  @Test
  void stopPostLetsTheOwnerDropTheLock() throws Exception {
    CompletableFuture<LockRes> self = new CompletableFuture<>();
    LockRes lock =
        a.lockRes(
            LockType.DENTRY,
            LockNames.dentry(1, 2),
            new LockOps() {
              @Override
              public UnblockAction downconvertWorker(LockMode blocking) {
                return UnblockAction.STOP_POST;
              }

              @Override
              public void postUnlock() {
                try {
                  self.join().drop();
                } catch (IOException e) {
                  throw new IllegalStateException(e);
                }
              }
            });
    self.complete(lock);
    use(lock, PR);

    LockRes there = b.lockRes(LockType.DENTRY, LockNames.dentry(1, 2), LockOps.NONE);
    use(there, EX);

    awaitText(lock, "level NL");
    there.drop();
    assertThat(dlm.locks()).isZero();
  }

  /** Fault: a trylock waits, or keeps a lock after it was refused. */
  @Test
  void tryingFailsWithEagainAndSpoilsNothing() throws Exception {
    LockRes here = a.lockRes(LockType.OPEN, NAME, LockOps.NONE);
    LockRes there = b.lockRes(LockType.OPEN, NAME, LockOps.NONE);
    here.lock(PR);
    there.lock(PR);

    assertErrno(Errno.EAGAIN, () -> here.lock(EX, LockWait.NOQUEUE));
    assertErrno(Errno.EAGAIN, () -> there.lock(EX, LockWait.NONBLOCK));
    there.unlock(PR);
    there.drop();
    here.unlock(PR);
    use(here, EX);
    here.drop();
    assertThat(dlm.locks()).isZero();
  }

  /** Fault: an interrupt that leaves a request behind, or is forgotten. */
  @Test
  void anInterruptEndsOnlyAWaitWithoutAnOutstandingCall() throws Exception {
    LockRes here = meta(a, NAME, LockOps.NONE);
    LockRes there = meta(b, NAME, LockOps.NONE);
    here.lock(EX);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread caller =
        new Thread(
            () -> {
              try {
                use(there, EX);
                interrupted.complete(Thread.currentThread().isInterrupted());
              } catch (IOException e) {
                interrupted.completeExceptionally(e);
              }
            });
    caller.start();
    awaitText(there, "BUSY");
    Thread second =
        new Thread(() -> assertErrno(Errno.EINTR, () -> there.lock(EX)), "second taker");
    CompletableFuture<Throwable> secondFailure = new CompletableFuture<>();
    second.setUncaughtExceptionHandler((t, e) -> secondFailure.complete(e));
    second.start();
    second.interrupt();
    second.join();
    assertThat(secondFailure).isNotDone();

    caller.interrupt();
    assertThat(interrupted.isDone()).as("its request is with the cluster").isFalse();
    here.unlock(EX);
    assertThat(interrupted.get()).as("interrupt status kept").isTrue();
  }

  private static void awaitText(LockRes lock, String text) throws InterruptedException {
    while (!lock.toString().contains(text)) {
      TimeUnit.MILLISECONDS.sleep(1);
    }
  }

  /** Fault: a taker believes a cache whose refresh failed. ocfs2_complete_lock_res_refresh. */
  @Test
  void aFailedRefreshReleasesTheLockAndIsRepeated() throws Exception {
    AtomicInteger refreshes = new AtomicInteger();
    LockRes lock =
        meta(
            a,
            NAME,
            new LockOps() {
              @Override
              public void refresh(byte[] lvb) throws IOException {
                if (refreshes.incrementAndGet() == 1) {
                  throw new IOException("bad sector");
                }
              }
            });

    assertThatThrownBy(() -> lock.lock(PR)).hasMessage("bad sector");
    assertThatThrownBy(() -> lock.unlock(PR)).isInstanceOf(IllegalStateException.class);
    use(lock, PR);
    use(lock, EX);
    assertThat(refreshes).hasValue(2);
    assertThat(a.stats(LockType.META).refreshes()).isEqualTo(2);
  }

  /** Fault: new inodes are refreshed from a disk that does not know them yet. */
  @Test
  void createNewGrantsWithoutHoldingOrRefreshing() throws Exception {
    AtomicInteger refreshes = new AtomicInteger();
    LockOps ops =
        new LockOps() {
          @Override
          public void refresh(byte[] lvb) {
            refreshes.incrementAndGet();
          }
        };
    LockRes lock = meta(a, NAME, ops);
    lock.createNew(EX);
    use(lock, EX);
    assertThat(lock.level()).isEqualTo(EX);
    assertThat(refreshes).hasValue(0);

    DlmGlue local = DlmGlue.local("local");
    LockRes alone = meta(local, NAME, ops);
    alone.createNew(EX);
    use(alone, EX);
    assertThat(refreshes).hasValue(0);
  }

  /** Fault: dropping many locks takes as many round trips one after the other, or leaves some. */
  @Test
  void dropAllForgetsAll() throws Exception {
    List<LockRes> locks = new ArrayList<>();
    for (int i = 0; i < 2000; i++) {
      LockRes lock = meta(a, LockNames.of(LockType.META, i, 0), LockOps.NONE);
      lock.createNew(i % 2 == 0 ? EX : PR);
      locks.add(lock);
    }

    LockRes.dropAll(locks);

    assertThat(dlm.locks()).isZero();
    assertThatThrownBy(() -> locks.get(0).lock(PR)).isInstanceOf(IllegalStateException.class);
  }

  /** Fault: a volume of one node pays for a cluster, or never reads its inodes. */
  @Test
  void onALocalVolumeEverythingIsGranted() throws Exception {
    DlmGlue local = DlmGlue.local("local");
    AtomicInteger refreshes = new AtomicInteger();
    LockRes lock =
        meta(
            local,
            NAME,
            new LockOps() {
              @Override
              public void refresh(byte[] lvb) {
                assertThat(lvb).isNull();
                refreshes.incrementAndGet();
              }
            });
    lock.lock(PR);
    lock.lock(EX, LockWait.NOQUEUE);
    lock.unlock(EX);
    lock.unlock(PR);

    assertThat(refreshes).hasValue(1);
    assertThat(local.stats(LockType.META).requests()).isEqualTo(2);
    assertThat(local.stats(LockType.META).cached()).isEqualTo(1);
    lock.drop();
  }

  /** Fault: the cached path hands over to another thread, takes a global lock or grows costly. */
  @Test
  void aCachedPairCostsNoMoreThanTwoMicroseconds() throws Exception {
    LockRes[] locks = new LockRes[1024];
    for (int i = 0; i < locks.length; i++) {
      locks[i] = meta(a, LockNames.of(LockType.META, i, 0), LockOps.NONE);
      locks[i].createNew(EX);
      use(locks[i], EX);
    }
    long best = Long.MAX_VALUE;
    int pairs = 200_000;
    for (int round = 0; round < 5; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < pairs; i++) {
        use(locks[i * 7 % locks.length], i % 3 == 0 ? EX : PR);
      }
      best = Math.min(best, (System.nanoTime() - start) / pairs);
    }
    System.out.println("cached lock and unlock: " + best + " ns");

    assertThat(best).isLessThan(2000);
    assertThat(a.stats(LockType.META).cached()).isGreaterThanOrEqualTo(5L * pairs);
  }
}
