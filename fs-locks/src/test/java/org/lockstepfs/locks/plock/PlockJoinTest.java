package org.lockstepfs.locks.plock;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.lockstepfs.locks.plock.TestCluster.Call;

/**
 * What a node that joins learns of the locks there are. No table is copied to it: tables stay with
 * their owners, and the joiner is told who owns those of its share of the directory. That, and the
 * process copies when an owner is gone, are its checkpoint.
 */
class PlockJoinTest {
  private final TestCluster cluster = new TestCluster(2);

  private void join(int node) {
    cluster.start(node, 1);
    cluster.viewOfAll();
  }

  @Test
  void theJoinerSeesEveryLockAndWaiter() {
    for (long file = 1000; file < 1040; file++) {
      cluster.ownFile((int) (file % 2) + 1, file);
      cluster.lock(1, 7, file, 10, 19, true, true);
      cluster.deliverAll();
      cluster.lock(2, 8, file, 10, 14, false, true);
      cluster.deliverAll();
    }
    join(3);
    for (long file = 1000; file < 1040; file++) {
      Call test = cluster.test(3, 1, file, 0, 99, false);
      Call tried = cluster.lock(3, 1, file, 19, 25, false, false);
      Call waiting = cluster.lock(3, 1, file, 12, 12, true, true);
      cluster.deliverAll();
      assertThat(test.conflict())
          .as("file %d", file)
          .isEqualTo(new PlockConflict(new PlockOwner(1, 7), 1, 10, 19, true));
      assertThat(tried.result()).isEqualTo(PlockResult.AGAIN);
      assertThat(waiting.result()).isNull();
      cluster.unlock(1, 7, file, 10, 19);
      cluster.deliverAll();
      // The waiter that was there before comes first, and is in the joiner's way now.
      assertThat(waiting.result()).isNull();
      cluster.close(2, 8, file);
      cluster.deliverAll();
      assertThat(waiting.result()).isEqualTo(PlockResult.GRANTED);
    }
  }

  /** Guards against a table that is lost because its owner dies while its directory moves. */
  @Test
  void anOwnerThatDiesWhileANodeJoinsLosesNothing() {
    for (long file = 1000; file < 1040; file++) {
      cluster.ownFile(1, file);
      cluster.lock(2, 7, file, 10, 19, true, true);
      cluster.deliverAll();
    }
    cluster.start(3, 1);
    cluster.kill(1);
    cluster.viewOfAll();
    for (long file = 1000; file < 1040; file++) {
      Call tried = cluster.lock(3, 7, file, 19, 25, false, false);
      cluster.deliverAll();
      assertThat(tried.result()).as("file %d", file).isEqualTo(PlockResult.AGAIN);
    }
  }
}
