package org.lockstepfs.locks.plock;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.lockstepfs.locks.plock.PlockMessage.Confirm;
import org.lockstepfs.locks.plock.TestCluster.Call;

/** Cycles are refused, nothing else is. */
class DeadlockTest {
  private static int nodeOf(int owner, int nodes) {
    return 1 + owner % nodes;
  }

  /** Owner i holds file i and waits for file i + 1. */
  private static List<Call> chain(TestCluster cluster, int owners, int nodes, boolean exclusive) {
    for (int i = 0; i < owners; i++) {
      cluster.lock(nodeOf(i, nodes), i, 100 + i, 0, 9, true, true);
      cluster.deliverAll();
    }
    List<Call> waiting = new ArrayList<>();
    for (int i = 0; i < owners - 1; i++) {
      waiting.add(cluster.lock(nodeOf(i, nodes), i, 101 + i, 5, 5, exclusive, true));
      cluster.deliverAll();
    }
    return waiting;
  }

  @ParameterizedTest
  @CsvSource({"2,1", "3,1", "10,1", "2,2", "3,2", "4,3", "5,4", "7,3", "10,2", "10,5"})
  void theRequestThatClosesTheCycleIsRefused(int owners, int nodes) {
    TestCluster cluster = new TestCluster(nodes);
    List<Call> waiting = chain(cluster, owners, nodes, true);
    int last = owners - 1;
    Call closing = cluster.lock(nodeOf(last, nodes), last, 100, 0, 0, false, true);
    cluster.deliverAll();

    assertThat(closing.result()).isEqualTo(PlockResult.DEADLOCK);
    assertThat(waiting).allMatch(call -> call.result() == null);
    cluster.unlock(nodeOf(last, nodes), last, 100 + last, 0, 9);
    for (int i = last - 1; i >= 0; i--) {
      cluster.deliverAll();
      assertThat(waiting.get(i).result()).isEqualTo(PlockResult.GRANTED);
      cluster.close(nodeOf(i, nodes), i, 101 + i);
      cluster.close(nodeOf(i, nodes), i, 100 + i);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void aChainIsNoCycle(int nodes) {
    TestCluster cluster = new TestCluster(nodes);
    List<Call> waiting = chain(cluster, 6, nodes, false);
    Call free = cluster.lock(nodeOf(5, nodes), 5, 100, 20, 29, true, true);
    for (int tick = 0; tick < 5; tick++) {
      for (int node = 1; node <= nodes; node++) {
        cluster.node(node).tick();
      }
      cluster.deliverAll();
    }
    assertThat(free.result()).isEqualTo(PlockResult.GRANTED);
    assertThat(waiting).allMatch(call -> call.result() == null);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2})
  void twoReadersThatBothUpgradeAreADeadlock(int nodes) {
    TestCluster cluster = new TestCluster(nodes);
    cluster.lock(1, 1, 50, 0, 9, false, true);
    cluster.deliverAll();
    cluster.lock(nodes, 2, 50, 0, 9, false, true);
    cluster.deliverAll();
    Call first = cluster.lock(1, 1, 50, 0, 9, true, true);
    cluster.deliverAll();
    Call second = cluster.lock(nodes, 2, 50, 0, 9, true, true);
    cluster.deliverAll();
    assertThat(first.result()).isNull();
    assertThat(second.result()).isEqualTo(PlockResult.DEADLOCK);
    cluster.close(nodes, 2, 50);
    cluster.deliverAll();
    assertThat(first.result()).isEqualTo(PlockResult.GRANTED);
  }

  @Test
  void onlyOneOfTwoThatCloseACycleAtTheSameTimeIsRefused() {
    TestCluster cluster = new TestCluster(2);
    cluster.lock(1, 1, 100, 0, 9, true, true);
    cluster.deliverAll();
    cluster.lock(2, 2, 101, 0, 9, true, true);
    cluster.deliverAll();
    Call a = cluster.lock(1, 1, 101, 0, 9, true, true);
    Call b = cluster.lock(2, 2, 100, 0, 9, true, true);
    cluster.deliverAll();
    boolean aRefused = a.result() == PlockResult.DEADLOCK;
    boolean bRefused = b.result() == PlockResult.DEADLOCK;
    assertThat(aRefused).isNotEqualTo(bRefused);
  }

  /** Guards against believing a path whose earlier edges have gone while the search went on. */
  @Test
  void aPathIsCheckedAgainBeforeItIsBelieved() {
    TestCluster cluster = new TestCluster(1);
    PlockEngine engine = cluster.node(1);
    cluster.lock(1, 1, 100, 0, 9, true, true);
    cluster.lock(1, 2, 101, 0, 9, true, true);
    Call waiting = cluster.lock(1, 1, 101, 0, 9, true, true);
    Waiter waiter = engine.core().files.get(101L).table.waiters().get(0);
    PlockOwner one = new PlockOwner(1, 1);
    PlockOwner two = new PlockOwner(1, 2);
    WaitEdge first = new WaitEdge(one, waiter.request, 101, 1);
    WaitEdge gone = new WaitEdge(two, 12345, 100, 1);
    DeadlockDetector detector = new DeadlockDetector(engine.core());

    detector.onConfirm(new Confirm(1, 1, List.of(first, gone)));

    assertThat(waiting.result()).isNull();
    assertThat(engine.core().files.get(101L).table.waiters()).containsExactly(waiter);
  }

  /** A lock granted to one thread closes the cycle, not a request that must wait. */
  @Test
  void aGrantMayCloseACycle() {
    TestCluster cluster = new TestCluster(2);
    cluster.lock(1, 1, 100, 0, 9, true, true);
    cluster.deliverAll();
    cluster.lock(2, 3, 101, 0, 9, false, true);
    cluster.deliverAll();
    Call writer = cluster.lock(1, 1, 101, 0, 9, true, true);
    Call waiting = cluster.lock(2, 2, 100, 0, 9, true, true);
    cluster.deliverAll();
    assertThat(waiting.result()).isNull();
    Call reader = cluster.lock(2, 2, 101, 0, 9, false, true);
    cluster.deliverAll();
    assertThat(reader.result()).isEqualTo(PlockResult.GRANTED);
    assertThat(waiting.result()).isEqualTo(PlockResult.DEADLOCK);
    assertThat(writer.result()).isNull();
  }

  @Test
  void anOwnerThatWaitsMayHoldWhatItsOtherThreadGot() {
    TestCluster cluster = new TestCluster(2);
    cluster.lock(1, 1, 100, 0, 9, true, true);
    cluster.deliverAll();
    Call waiting = cluster.lock(2, 2, 100, 0, 9, true, true);
    cluster.deliverAll();
    cluster.lock(2, 2, 101, 0, 9, true, true);
    cluster.deliverAll();
    Call closing = cluster.lock(1, 1, 101, 0, 9, true, true);
    cluster.deliverAll();
    assertThat(waiting.result()).isNull();
    assertThat(closing.result()).isEqualTo(PlockResult.DEADLOCK);
  }
}
