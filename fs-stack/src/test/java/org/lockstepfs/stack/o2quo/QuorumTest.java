package org.lockstepfs.stack.o2quo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QuorumTest {
  private static final int INTERVAL_MS = 1_000;
  private static final int DELAY_MS = 3_000;

  private final Map<Integer, Long> beats = new HashMap<>();
  private long nowMs = 100_000;

  private Quorum quorum(int self) {
    return new Quorum(self, INTERVAL_MS, DELAY_MS, node -> beats.getOrDefault(node, 0L));
  }

  /** Makes a node's state in which it sees and reaches all nodes from 1. */
  private Quorum whole(int self, int nodes) {
    Quorum quorum = quorum(self);
    for (int node = 1; node <= nodes; node++) {
      quorum.heartbeatUp(node);
      if (node != self) {
        quorum.linkUp(node);
      }
    }
    assertThat(quorum.holdingNodes()).isZero();
    return quorum;
  }

  /** Lets time pass in which these nodes beat every interval. */
  private void pass(Quorum quorum, long ms, List<Integer> beating) {
    for (long end = nowMs + ms; nowMs < end; nowMs += 50) {
      if (nowMs % INTERVAL_MS == 0) {
        beating.forEach(node -> beats.put(node, nowMs));
      }
      quorum.tick(nowMs);
    }
  }

  private static boolean goesOn(int side, int nodes) {
    int size = Integer.bitCount(side);
    return 2 * size > nodes || 2 * size == nodes && (side & 1) != 0;
  }

  /** Every split into two sides, seen from every node, with the losses in any order. */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5, 6, 7, 8})
  void ofEverySplitIntoTwoExactlyOneSideGoesOn(int nodes) {
    Random random = new Random(nodes);
    List<Integer> all = new ArrayList<>();
    for (int n = 1; n <= nodes; n++) {
      all.add(n);
    }
    for (int side = 1; side < (1 << nodes) - 1; side++) {
      for (int self : all) {
        int mine = (side >> (self - 1) & 1) != 0 ? side : ~side & (1 << nodes) - 1;
        Quorum quorum = whole(self, nodes);
        List<Integer> order = new ArrayList<>(all);
        Collections.shuffle(order, random);
        for (int other : order) {
          if ((mine >> (other - 1) & 1) == 0) {
            quorum.linkDown(other, nowMs + random.nextInt(500));
          }
        }
        pass(quorum, DELAY_MS - INTERVAL_MS, all);
        assertThat(quorum.poll()).as("before the delay").isNull();
        pass(quorum, 3 * INTERVAL_MS, all);
        Decision decision = quorum.poll();
        assertThat(decision).isNotNull();
        assertThat(decision.fence())
            .as("node %d, side %s of %d: %s", self, Integer.toBinaryString(mine), nodes, decision)
            .isEqualTo(!goesOn(mine, nodes));
      }
      assertThat(goesOn(side, nodes)).isNotEqualTo(goesOn(~side & (1 << nodes) - 1, nodes));
    }
  }

  @Test
  void theReasonNamesWhoIsReachedAndWhatIsMissing() {
    Quorum quorum = whole(2, 2);
    quorum.linkDown(1, nowMs);
    pass(quorum, 5_000, List.of(1, 2));
    assertThat(quorum.poll())
        .isEqualTo(
            new Decision(
                true,
                "reaches nodes {2} of {1, 2} that heartbeat: one half, without the lowest node 1"));
    quorum = whole(1, 3);
    quorum.linkDown(2, nowMs);
    quorum.linkDown(3, nowMs);
    pass(quorum, 5_000, List.of(1, 2, 3));
    assertThat(quorum.poll().reason())
        .isEqualTo("reaches nodes {1} of {1, 2, 3} that heartbeat: 2 needed");
  }

  /** Otherwise the survivor of a power failure would fence itself when it is not the lowest. */
  @Test
  void aNodeThatStoppedBeatingWithItsLinkIsWaitedForHoweverLongItTakes() {
    Quorum quorum = whole(2, 2);
    beats.put(1, nowMs);
    quorum.linkDown(1, nowMs);
    pass(quorum, 8_000, List.of(2));
    assertThat(quorum.poll()).isNull();
    assertThat(quorum.holdingNodes()).isEqualTo(1);
    quorum.heartbeatDown(1);
    assertThat(quorum.poll()).isNull();
    assertThat(quorum.nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aNodeThatBeatsOnlyOnceAfterTheLossIsNotStillUp() {
    Quorum quorum = whole(2, 2);
    quorum.linkDown(1, nowMs);
    beats.put(1, nowMs + 100);
    pass(quorum, 20_000, List.of(2));
    assertThat(quorum.poll()).isNull();
  }

  @Test
  void aLinkThatComesBackBeforeTheDelayLeavesNothingToDecide() {
    Quorum quorum = whole(2, 2);
    quorum.linkDown(1, nowMs);
    pass(quorum, DELAY_MS - 100, List.of(1, 2));
    quorum.linkUp(1);
    pass(quorum, 20_000, List.of(1, 2));
    assertThat(quorum.poll()).isNull();
    assertThat(quorum.holdingNodes()).isZero();
  }

  @Test
  void nothingIsDecidedWhileAnotherNodeIsInTransition() {
    Quorum quorum = whole(4, 4);
    quorum.heartbeatUp(5);
    quorum.linkDown(1, nowMs);
    quorum.linkDown(2, nowMs);
    quorum.linkDown(3, nowMs);
    pass(quorum, 10_000, List.of(1, 2, 3, 4, 5));
    assertThat(quorum.holdingNodes()).isEqualTo(1);
    assertThat(quorum.poll()).as("the link to node 5 is still to come").isNull();
    quorum.linkUp(5);
    assertThat(quorum.poll().fence()).as("two of five").isTrue();
  }

  @Test
  void aNodeThatLeavesDuringTheTransitionReleasesTheDecisionAndCountsNoMore() {
    Quorum quorum = whole(2, 3);
    quorum.linkDown(3, nowMs);
    pass(quorum, 100, List.of(1, 2, 3));
    quorum.linkDown(1, nowMs);
    pass(quorum, DELAY_MS - 50, List.of(1, 2, 3));
    assertThat(quorum.poll()).isNull();
    quorum.heartbeatDown(1);
    assertThat(quorum.poll())
        .isEqualTo(new Decision(false, "reaches nodes {2} of {2, 3} that heartbeat"));
  }

  @Test
  void aLinkBeforeItsHeartbeatHoldsUntilTheHeartbeat() {
    Quorum quorum = quorum(1);
    quorum.heartbeatUp(1);
    quorum.linkUp(2);
    assertThat(quorum.holdingNodes()).isEqualTo(1);
    quorum.heartbeatUp(2);
    assertThat(quorum.holdingNodes()).isZero();
    quorum.heartbeatDown(2);
    quorum.linkDown(2, nowMs);
    assertThat(quorum.holdingNodes()).isZero();
    assertThat(quorum.reachableNodes()).isEqualTo(1);
    pass(quorum, 10_000, List.of(1));
    assertThat(quorum.poll()).isNull();
  }

  @Test
  void aNodeThatIsAloneOrDoesNotHeartbeatItselfIsNeverFenced() {
    Quorum quorum = whole(2, 2);
    quorum.linkDown(1, nowMs);
    quorum.heartbeatDown(2);
    pass(quorum, 10_000, List.of(1, 2));
    assertThat(quorum.poll().fence()).isFalse();
  }
}
