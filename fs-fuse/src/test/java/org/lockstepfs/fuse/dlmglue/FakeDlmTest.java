package org.lockstepfs.fuse.dlmglue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.locks.mode.LockMode;

/** The lock manager that other tests rely on. */
class FakeDlmTest {
  private static final int NODES = 3;
  private static final int ROUNDS = 1_500;
  private static final long HOLD_NANOS = 100_000;

  private final AtomicInteger holders = new AtomicInteger();
  private final AtomicInteger clashes = new AtomicInteger();

  @Test
  @Timeout(60)
  void aLockThatEverybodyDropsStaysOneLock() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(NODES);
    try (FakeDlm dlm = new FakeDlm(1, 50)) {
      Future<?>[] nodes = new Future<?>[NODES];
      for (int node = 0; node < NODES; node++) {
        DlmGlue glue = new DlmGlue("node" + node);
        glue.start(dlm.connect(node, glue));
        nodes[node] =
            threads.submit(
                () -> {
                  for (int i = 0; i < ROUNDS; i++) {
                    makeTakeAndDrop(glue);
                  }
                  glue.close();
                  return null;
                });
      }
      for (Future<?> node : nodes) {
        node.get();
      }
    } finally {
      threads.shutdownNow();
    }
    assertThat(clashes).hasValue(0);
  }

  private void makeTakeAndDrop(DlmGlue glue) throws Exception {
    LockRes lock = glue.lockRes(LockType.META, LockNames.of(LockType.META, 7, 0), LockOps.NONE);
    lock.lock(LockMode.EX);
    if (holders.incrementAndGet() > 1) {
      clashes.incrementAndGet();
    }
    LockSupport.parkNanos(HOLD_NANOS);
    holders.decrementAndGet();
    lock.unlock(LockMode.EX);
    lock.drop();
  }
}
