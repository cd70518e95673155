package org.lockstepfs.fuse.dlmglue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import jnr.constants.platform.Errno;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.ClusterConnection;

/**
 * Several nodes, several threads each, some locks: every thread takes locks in random modes, counts
 * under EX, reads under PR, sometimes tries without waiting, sometimes drops a lock and makes it
 * anew.
 */
final class DlmGlueStressTest {
  private static final int LOCKS = 3;
  private static final int TIMEOUT_S = 15;

  private static final class Node implements AutoCloseable {
    final int number;
    final DlmGlue glue;
    final SharedCounter.Cached[] cached = new SharedCounter.Cached[LOCKS];
    final LockRes[] locks = new LockRes[LOCKS];
    final ReentrantReadWriteLock[] local = new ReentrantReadWriteLock[LOCKS];

    Node(int number, FakeDlm dlm, SharedCounter[] counters) {
      this.number = number;
      glue = new DlmGlue("node" + number);
      ClusterConnection connection = dlm.connect(number, glue);
      glue.start(connection);
      for (int i = 0; i < LOCKS; i++) {
        local[i] = new ReentrantReadWriteLock();
        makeLock(i, counters[i]);
      }
    }

    void makeLock(int i, SharedCounter counter) {
      cached[i] = counter.new Cached(number, i == 0);
      locks[i] =
          glue.lockRes(LockType.META, LockNames.of(LockType.META, counter.block, 0), cached[i]);
    }

    @Override
    public void close() {
      glue.close();
    }
  }

  @ParameterizedTest(name = "seed {0}: {1} nodes, {2} threads each, delays to {3} us")
  @CsvSource({
    "1, 2, 1, 20",
    "2, 2, 2, 0",
    "3, 3, 2, 100",
    "4, 4, 2, 50",
    "5, 3, 3, 200",
    "6, 2, 4, 10",
    "7, 5, 1, 50",
    "8, 3, 2, 1000"
  })
  void noCountIsLostAndNoModesClash(long seed, int nodeCount, int threads, int maxDelayMicros)
      throws Exception {
    try (FakeDlm dlm = new FakeDlm(seed, maxDelayMicros)) {
      dlm.busyDownconverts = 2;
      SharedCounter[] counters = new SharedCounter[LOCKS];
      for (int i = 0; i < LOCKS; i++) {
        counters[i] = new SharedCounter(100 + i, dlm.violations);
      }
      List<Node> nodes = new ArrayList<>();
      for (int n = 0; n < nodeCount; n++) {
        nodes.add(new Node(n, dlm, counters));
      }
      long operations = maxDelayMicros >= 1000 ? 150 : 700;
      String dump = runAll(dlm, nodes, counters, seed, threads, operations);

      assertThat(dump).as("seed %d", seed).isEmpty();
      assertThat(dlm.violations).as("seed %d", seed).isEmpty();
      for (SharedCounter counter : counters) {
        assertThat(counter.onDisk()).as("seed %d", seed).isEqualTo(counter.expected());
      }
      assertThat(dlm.locks()).as("seed %d: locks left behind", seed).isZero();
    }
  }

  /** Returns what hung, in words; empty if nothing did. */
  private static String runAll(
      FakeDlm dlm,
      List<Node> nodes,
      SharedCounter[] counters,
      long seed,
      int threads,
      long operations)
      throws Exception {
    ExecutorService pool = Executors.newCachedThreadPool();
    try {
      List<Callable<Void>> jobs = new ArrayList<>();
      for (Node node : nodes) {
        for (int t = 0; t < threads; t++) {
          Random random = new Random(seed * 1000 + node.number * 10L + t);
          jobs.add(() -> work(node, counters, random, operations));
        }
      }
      if (!await(pool, jobs)) {
        return dump(nodes) + dlm.violations;
      }
      List<Callable<Void>> drops = new ArrayList<>();
      for (Node node : nodes) {
        drops.add(
            () -> {
              LockRes.dropAll(List.of(node.locks));
              return null;
            });
      }
      return await(pool, drops) ? "" : "dropping: " + dump(nodes);
    } finally {
      pool.shutdownNow();
      nodes.forEach(Node::close);
    }
  }

  private static boolean await(ExecutorService pool, List<Callable<Void>> jobs) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
    List<Future<Void>> futures = new ArrayList<>();
    jobs.forEach(job -> futures.add(pool.submit(job)));
    try {
      for (Future<Void> future : futures) {
        future.get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
      }
      return true;
    } catch (TimeoutException e) {
      return false;
    }
  }

  private static String dump(List<Node> nodes) {
    StringBuilder text = new StringBuilder("hangs\n");
    for (Node node : nodes) {
      for (LockRes lock : node.locks) {
        text.append("node ").append(node.number).append(' ').append(lock).append('\n');
      }
    }
    return text.toString();
  }

  private static Void work(Node node, SharedCounter[] counters, Random random, long operations)
      throws IOException {
    for (long n = 0; n < operations; n++) {
      int i = random.nextInt(LOCKS);
      LockMode mode = random.nextInt(3) == 0 ? LockMode.EX : LockMode.PR;
      int kind = random.nextInt(100);
      if (kind == 0) {
        remake(node, i, counters[i]);
      } else {
        LockWait wait =
            kind < 10 ? LockWait.NOQUEUE : kind < 20 ? LockWait.NONBLOCK : LockWait.WAIT;
        once(node, i, counters[i], mode, wait);
      }
    }
    return null;
  }

  private static void once(Node node, int i, SharedCounter counter, LockMode mode, LockWait wait)
      throws IOException {
    Lock local = mode == LockMode.EX ? node.local[i].writeLock() : node.local[i].readLock();
    local.lock();
    try {
      LockRes lock = node.locks[i];
      lock.lock(mode, wait);
      counter.enter(node.number, mode);
      if (mode == LockMode.EX) {
        node.cached[i].increment();
      } else {
        node.cached[i].read();
      }
      counter.leave(node.number, mode);
      lock.unlock(mode);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EAGAIN || wait == LockWait.WAIT) {
        throw e;
      }
    } finally {
      local.unlock();
    }
  }

  private static void remake(Node node, int i, SharedCounter counter) throws IOException {
    node.local[i].writeLock().lock();
    try {
      node.locks[i].drop();
      node.makeLock(i, counter);
    } finally {
      node.local[i].writeLock().unlock();
    }
  }
}
