package org.lockstepfs.stack.o2cb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.TestCluster;
import org.lockstepfs.stack.TestDevice;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.PosixLocks.Owner;
import org.lockstepfs.stack.glue.PosixLocks.Range;
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;

/**
 * How long a contended lock takes from one node to the other over the loopback interface. The bound
 * is loose, for a busy machine; the figures are printed.
 */
@Timeout(60)
class HandOffTest {
  private static final int WARM_UP = 3_000;
  private static final int ROUNDS = 2_000;
  private static final long BOUND_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final Range ALL = new Range(0, Long.MAX_VALUE);

  @TempDir Path dir;
  private TestDevice device;
  private TestNode a;
  private TestNode b;

  @BeforeEach
  void join() throws IOException {
    device = new TestDevice(dir.resolve("image"), 64 * 512);
    Path config = TestCluster.write(TestCluster.of(2), dir.resolve("cluster.conf"));
    a = new TestNode(config, "n1", device, MembershipSource.STATIC).connect();
    b = new TestNode(config, "n2", device, MembershipSource.STATIC).connect();
  }

  @AfterEach
  void leave() throws IOException {
    a.node.close();
    b.node.close();
    device.close();
  }

  private static long medianOf(String what, long[] nanos) {
    Arrays.sort(nanos);
    long median = nanos[nanos.length / 2];
    System.out.printf(
        "%s: median %d us, 99 %% %d us%n",
        what, median / 1_000, nanos[nanos.length * 99 / 100] / 1_000);
    return median;
  }

  /** From the unlock on one node to the grant of the request that waits on the other. */
  @Test
  void byteRange() throws Exception {
    PosixLocks[] locks = {
      a.connection.posixLocks().orElseThrow(), b.connection.posixLocks().orElseThrow()
    };
    BlockingQueue<Long> granted = new ArrayBlockingQueue<>(4);
    lock(locks[0], 0, granted);
    granted.take();
    long[] nanos = new long[ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      int holder = round & 1;
      lock(locks[1 - holder], 1 - holder, granted);
      TimeUnit.MICROSECONDS.sleep(50);
      long begun = System.nanoTime();
      locks[holder].unlock(7, new Owner(holder + 1, 1), ALL, e -> {});
      long took = granted.take() - begun;
      if (round >= 0) {
        nanos[round] = took;
      }
    }
    assertThat(medianOf("byte-range lock hand-off", nanos)).isLessThan(BOUND_NANOS);
  }

  private static void lock(PosixLocks locks, int who, BlockingQueue<Long> granted) {
    locks.lock(7, new Owner(who + 1, 1), ALL, true, true, e -> granted.add(System.nanoTime()));
  }

  /** From the request for EX on one node to its grant, while the other holds PR and makes way. */
  @Test
  void sharedToExclusive() throws Exception {
    TestNode.Lock[] locks = {a.lock("M0000"), b.lock("M0000")};
    for (TestNode.Lock lock : locks) {
      assertThat(lock.take(LockMode.NL)).isEqualTo("ast");
      lock.onBlocking =
          () -> {
            try {
              lock.start(LockMode.NL, LockFlag.CONVERT);
            } catch (IOException e) {
              throw new IllegalStateException(e);
            }
          };
    }
    long[] nanos = new long[ROUNDS];
    for (int round = -WARM_UP; round < ROUNDS; round++) {
      TestNode.Lock holder = locks[round & 1];
      TestNode.Lock other = locks[1 - (round & 1)];
      assertThat(holder.convert(LockMode.PR)).isEqualTo("ast");
      long begun = System.nanoTime();
      assertThat(other.convert(LockMode.EX)).isEqualTo("ast");
      if (round >= 0) {
        nanos[round] = System.nanoTime() - begun;
      }
      assertThat(holder.next()).isEqualTo("ast");
      assertThat(other.convert(LockMode.NL)).isEqualTo("ast");
    }
    assertThat(medianOf("PR to EX hand-off", nanos)).isLessThan(BOUND_NANOS);
  }
}
