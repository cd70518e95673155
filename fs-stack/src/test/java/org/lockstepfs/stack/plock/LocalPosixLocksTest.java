package org.lockstepfs.stack.plock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.lockstepfs.stack.glue.PosixLocks.Conflict;
import org.lockstepfs.stack.glue.PosixLocks.Owner;
import org.lockstepfs.stack.glue.PosixLocks.Pending;
import org.lockstepfs.stack.glue.PosixLocks.Range;

/** Answers come before the call returns, for there is nobody to ask. */
class LocalPosixLocksTest {
  private static final long INODE = 42;
  private static final Owner A = new Owner(1, 100);
  private static final Owner B = new Owner(2, 200);
  private static final Range ALL = new Range(0, Long.MAX_VALUE);

  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private final LocalPosixLocks locks = new LocalPosixLocks(executor);
  private final List<String> answers = new ArrayList<>();

  @AfterEach
  void close() {
    locks.close();
    executor.shutdownNow();
  }

  private Pending lock(Owner owner, Range range, boolean wait) {
    return locks.lock(
        INODE,
        owner,
        range,
        true,
        wait,
        e -> answers.add(owner.pid() + (e == null ? "" : " " + e.name())));
  }

  @Test
  void conflictsAreRefusedShownAndWaitedFor() {
    lock(A, new Range(10, 19), false);
    lock(B, new Range(15, 15), false);
    locks.test(
        INODE,
        B,
        ALL,
        false,
        (e, c) ->
            assertThat(c).isEqualTo(Optional.of(new Conflict(0, A, new Range(10, 19), true))));
    lock(B, new Range(15, 15), true);
    assertThat(answers).containsExactly("100", "200 EAGAIN");
    locks.unlock(INODE, A, new Range(15, 15), e -> assertThat(e).isNull());
    assertThat(answers).containsExactly("100", "200 EAGAIN", "200");
  }

  @Test
  void aCancelledWaiterIsInterruptedAndLeavesNothing() {
    lock(A, ALL, false);
    Pending waiting = lock(B, ALL, true);
    waiting.cancel();
    waiting.cancel();
    locks.close(INODE, A, e -> assertThat(e).isNull());
    assertThat(answers).containsExactly("100", "200 EINTR");
    locks.test(INODE, A, ALL, true, (e, c) -> assertThat(c).isEmpty());
  }

  @Test
  void aCycleOfWaitersIsRefused() {
    lock(A, new Range(0, 0), false);
    lock(B, new Range(1, 1), false);
    lock(A, new Range(1, 1), true);
    lock(B, new Range(0, 0), true);
    assertThat(answers).containsExactly("100", "200", "200 EDEADLK");
  }

  @Test
  void waitersEndWhenTheVolumeGoes() {
    lock(A, ALL, false);
    lock(B, ALL, true);
    locks.close();
    assertThat(answers).containsExactly("100", "200 EIO");
    assertThat(Errno.EIO.intValue()).isEqualTo(5);
  }
}
