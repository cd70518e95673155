package org.lockstepfs.stack.o2hb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.lockstepfs.stack.TestCluster;
import org.lockstepfs.stack.TestDevice;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.fence.TestFence;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.o2hb.RegionHeartbeat.Phase;

/** Several nodes' heartbeats on one file, with a clock that the test moves. */
class RegionHeartbeatTest {
  private static final int FIRST_BLOCK = 4;
  private static final int BLOCK_SIZE = 512;
  private static final HeartbeatTiming TIMING = HeartbeatTiming.FAST;

  @TempDir Path dir;
  private TestDevice device;
  private ClusterConfig config;
  private long nowMs = 1_000_000;
  private final List<Node> nodes = new ArrayList<>();
  private final List<String> events = new ArrayList<>();

  /** One node, beating when its time has come. */
  private final class Node {
    final LiveNodes liveNodes = new LiveNodes();
    final SelfFence fence = TestFence.unwatched(() -> nowMs * 1_000_000);
    final RegionHeartbeat heartbeat;
    long nextMs = nowMs;
    boolean hung;

    Node(int number, long generation) throws IOException {
      this(number, generation, TIMING);
    }

    Node(int number, long generation, HeartbeatTiming timing) throws IOException {
      HeartbeatRegion region = new HeartbeatRegion(device, FIRST_BLOCK, BLOCK_SIZE, 8);
      heartbeat =
          new RegionHeartbeat(
              region,
              config,
              config.node(number).orElseThrow(),
              timing,
              liveNodes,
              fence,
              generation,
              () -> nowMs * 1_000_000,
              () -> nowMs / 1_000);
      liveNodes.add(
          new HeartbeatListener() {
            @Override
            public void nodeUp(int node, long generationSeen) {
              events.add(number + " sees " + node + " up " + generationSeen);
            }

            @Override
            public void nodeDown(int node) {
              events.add(number + " sees " + node + " down");
            }
          },
          1);
      heartbeat.start();
      nodes.add(this);
    }

    void beatIfDue() throws IOException {
      if (!hung && nowMs >= nextMs) {
        heartbeat.beat();
        nextMs = nowMs + heartbeat.intervalMs();
      }
    }
  }

  @BeforeEach
  void open() throws IOException {
    device = new TestDevice(dir.resolve("image"), 64 * BLOCK_SIZE);
    config = TestCluster.of(3);
  }

  @AfterEach
  void close() throws IOException {
    device.close();
  }

  private void run(long ms) throws IOException {
    for (long end = nowMs + ms; nowMs < end; nowMs += 10) {
      for (Node node : nodes) {
        node.beatIfDue();
      }
    }
  }

  private long runUntil(Node node, Phase phase) throws IOException {
    long begun = nowMs;
    while (node.heartbeat.phase() != phase) {
      assertThat(nowMs - begun).isLessThan(60_000);
      run(10);
    }
    return nowMs - begun;
  }

  @Test
  void aLoneNodeIsSteadyAfterTwoAndAHalfIntervals() throws IOException {
    Node a = new Node(1, 11);
    assertThat(runUntil(a, Phase.STEADY)).isBetween(2_500L, 2_800L);
    assertThat(events).containsExactly("1 sees 1 up 11");
  }

  @Test
  void aJoinerIsSteadyOnlyWhenAllHaveSeenEachOther() throws IOException {
    Node a = new Node(1, 11);
    runUntil(a, Phase.STEADY);
    run(370);
    Node b = new Node(2, 22);
    assertThat(runUntil(b, Phase.STEADY)).isLessThan(3_500);
    assertThat(b.liveNodes.snapshot().toString()).isEqualTo("{1, 2}");
    assertThat(a.liveNodes.snapshot().toString()).isEqualTo("{1, 2}");
    assertThat(b.heartbeat.live()).isEqualTo(a.heartbeat.live());
  }

  @Test
  void aCleanLeaveIsSeenWithinOneInterval() throws IOException {
    new Node(1, 11);
    Node b = new Node(2, 22);
    runUntil(b, Phase.STEADY);
    run(1_000);
    events.clear();
    b.heartbeat.stop();
    nodes.remove(b);
    assertThat(events).contains("2 sees 1 down", "2 sees 2 down");
    assertThat(readBlock(2).generation()).isZero();
    events.clear();
    run(TIMING.intervalMs() + 10);
    assertThat(events).containsExactly("1 sees 2 down");
    run(20_000);
    assertThat(events).hasSize(1);
  }

  @Test
  void aSilentNodeIsDeadAfterTheThresholdAndNotBeforeItsOwnDeadline() throws IOException {
    Node a = new Node(1, 11);
    Node b = new Node(2, 22);
    runUntil(b, Phase.STEADY);
    run(3_000);
    events.clear();
    long lastWriteMs = b.heartbeat.lastWriteNanos() / 1_000_000;
    b.hung = true;
    while (a.liveNodes.isLive(2)) {
      run(10);
    }
    long deadAfter = nowMs - lastWriteMs;
    assertThat(deadAfter).isBetween((long) TIMING.writeTimeoutMs(), 10_000L);
    assertThat(deadAfter).isGreaterThan(TIMING.deadMs() - 10);
    assertThat(events).containsExactly("1 sees 2 down");
  }

  @Test
  void aNodeThatComesBackAtOnceIsDownFirstAndThenUpWithItsNewGeneration() throws IOException {
    Node a = new Node(1, 11);
    Node b = new Node(2, 22);
    runUntil(b, Phase.STEADY);
    runUntil(a, Phase.STEADY);
    nodes.remove(b);
    events.clear();
    Node again = new Node(2, 33);
    assertThat(again.heartbeat.phase()).isEqualTo(Phase.WATCHING);
    assertThat(runUntil(again, Phase.STEADY)).isLessThan(6_500);
    assertThat(events.stream().filter(e -> e.startsWith("1 sees 2")).toList())
        .containsExactly("1 sees 2 down", "1 sees 2 up 33");
  }

  @Test
  void aSecondNodeWithTheSameNumberGivesUpBeforeItWrites() throws IOException {
    Node a = new Node(1, 11);
    runUntil(a, Phase.STEADY);
    Node impostor = new Node(1, 99);
    runUntil(impostor, Phase.FAILED);
    assertThat(impostor.heartbeat.failure())
        .isEqualTo("node number 1 is in use by another node that heartbeats on image");
    run(5_000);
    assertThat(a.heartbeat.phase()).isEqualTo(Phase.STEADY);
    assertThat(readBlock(1).generation()).isEqualTo(11);
    impostor.heartbeat.stop();
    assertThat(readBlock(1).generation()).isEqualTo(11);
  }

  @Test
  void twoNodesWithOneNumberThatStartTogetherDoNotBothJoin() throws IOException {
    Node one = new Node(1, 11);
    Node other = new Node(1, 99);
    run(6_000);
    assertThat(List.of(one.heartbeat.phase(), other.heartbeat.phase())).contains(Phase.FAILED);
  }

  @Test
  void aForeignWriteIsNoticedInTheSteadyStateAndAgesTheHeartbeat() throws IOException {
    Node a = new Node(1, 11);
    runUntil(a, Phase.STEADY);
    run(1_000);
    long last = a.heartbeat.lastWriteNanos();
    device.write(offset(1), HeartbeatBlock.make(BLOCK_SIZE, 1, 1, 99, 7_000));
    run(TIMING.intervalMs());
    assertThat(a.heartbeat.lastWriteNanos()).isEqualTo(last);
  }

  @Test
  void aBadChecksumCountsAsAMissedSample() throws IOException {
    Node a = new Node(1, 11);
    Node b = new Node(2, 22);
    runUntil(b, Phase.STEADY);
    runUntil(a, Phase.STEADY);
    b.hung = true;
    ByteBuffer bad = HeartbeatBlock.make(BLOCK_SIZE, 12345, 2, 99, 7_000);
    bad.put(100, (byte) 1);
    device.write(offset(2), bad);
    events.clear();
    run(5_000);
    assertThat(events).isEmpty();
    run(3_000);
    assertThat(events).containsExactly("1 sees 2 down");
  }

  @Test
  void writesOnlyItsOwnBlock() throws IOException {
    byte[] before = image();
    Node b = new Node(2, 22);
    runUntil(b, Phase.STEADY);
    byte[] after = image();
    for (int i = 0; i < before.length; i++) {
      if (i < offset(2) || i >= offset(3)) {
        assertThat(after[i]).as("byte %d", i).isEqualTo(before[i]);
      }
    }
    assertThat(readBlock(2).deadMs()).isEqualTo(7_000);
  }

  @Test
  void aBrokenDiskAgesTheHeartbeatAndHealsWithTheDisk() throws IOException {
    Node a = new Node(1, 11);
    runUntil(a, Phase.STEADY);
    long last = a.heartbeat.lastWriteNanos();
    device.broken = true;
    assertThatThrownBy(a.heartbeat::beat).hasMessageContaining("broken");
    assertThat(a.heartbeat.lastWriteNanos()).isEqualTo(last);
    device.broken = false;
    run(2_000);
    assertThat(a.heartbeat.lastWriteNanos()).isGreaterThan(last);
    assertThat(events).containsExactly("1 sees 1 up 11");
  }

  @Test
  void aNodeThatSleptPastItsDeadlineNeverBeatsAgain() throws IOException {
    Node a = new Node(1, 11);
    runUntil(a, Phase.STEADY);
    long lastWriteMs = a.heartbeat.lastWriteNanos() / 1_000_000;
    long sequence = readBlock(1).sequence();
    nowMs = lastWriteMs + TIMING.writeTimeoutMs();
    assertThatThrownBy(a.heartbeat::beat)
        .hasMessage("fenced: no heartbeat on image for " + TIMING.writeTimeoutMs() + " ms");
    assertThat(readBlock(1).sequence()).isEqualTo(sequence);
    a.heartbeat.stop();
    assertThat(readBlock(1).generation()).isEqualTo(11);
  }

  @Test
  void aNodeThatSleptAlmostUntilItsDeadlineGoesOnAndNobodyHasMissedIt() throws IOException {
    Node a = new Node(1, 11);
    Node b = new Node(2, 22);
    runUntil(b, Phase.STEADY);
    runUntil(a, Phase.STEADY);
    run(2_000);
    events.clear();
    b.hung = true;
    run(TIMING.writeTimeoutMs() - TIMING.intervalMs() - 10);
    b.hung = false;
    run(10_000);
    assertThat(b.fence.isFenced()).isFalse();
    assertThat(events).isEmpty();
  }

  /** A joiner takes samples four times as fast; seven equal ones are no verdict then. */
  @Test
  void theShortIntervalOfAJoinerDoesNotBringVerdictsForward() throws IOException {
    Node a = new Node(1, 11);
    Node b = new Node(2, 22);
    runUntil(b, Phase.STEADY);
    Node joiner = new Node(3, 33);
    while (!joiner.liveNodes.isLive(1)) {
      run(10);
    }
    events.clear();
    long lastWriteMs = a.heartbeat.lastWriteNanos() / 1_000_000;
    a.hung = true;
    while (joiner.liveNodes.isLive(1)) {
      run(10);
    }
    assertThat(nowMs - lastWriteMs).isGreaterThan(TIMING.writeTimeoutMs());
    assertThat(events).contains("3 sees 1 down");
  }

  @Test
  void aJoinerWithAnotherTimingIsRefusedByWhatTheBlocksSay() throws IOException {
    Node a = new Node(1, 11);
    runUntil(a, Phase.STEADY);
    Node other = new Node(2, 22, new HeartbeatTiming(1_000, 31));
    runUntil(other, Phase.FAILED);
    assertThat(other.heartbeat.failure())
        .isEqualTo(
            "node 1 on image counts as dead after 7000 ms by its own account, after 31000 ms by"
                + " ours; all nodes need the same timing");
  }

  @Test
  void lastWordsMakeTheOthersSeeAFencedNodeDeadWithinAnInterval() throws IOException {
    Node a = new Node(1, 11);
    Node b = new Node(2, 22);
    runUntil(b, Phase.STEADY);
    runUntil(a, Phase.STEADY);
    run(2_000);
    events.clear();
    b.fence.fence("no quorum");
    b.hung = true;
    b.heartbeat.sayThatWeAreGone();
    assertThat(readBlock(2).generation()).as("refused to anybody else").isEqualTo(22);
    b.fence.act();
    assertThat(readBlock(2).generation()).isZero();
    run(TIMING.intervalMs() + 10);
    assertThat(events).containsExactly("1 sees 2 down");
  }

  @Test
  void aFileTooSmallForTheConfiguredNodesIsRefused() {
    HeartbeatRegion tiny = new HeartbeatRegion(device, FIRST_BLOCK, BLOCK_SIZE, 3);
    assertThatThrownBy(
            () ->
                new RegionHeartbeat(
                    tiny,
                    config,
                    config.node(1).orElseThrow(),
                    TIMING,
                    new LiveNodes(),
                    TestFence.unwatched(() -> 0),
                    1,
                    () -> 0,
                    () -> 0))
        .isInstanceOf(IOException.class)
        .hasMessage("image: heartbeat file of 3 blocks has none for node 3");
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void threeNodesAgreeWhateverTheirPhases(long seed) throws IOException {
    java.util.Random random = new java.util.Random(seed);
    for (int n = 1; n <= 3; n++) {
      new Node(n, n * 11L);
      run(random.nextInt(300) * 10L);
    }
    run(15_000);
    for (Node node : nodes) {
      assertThat(node.heartbeat.phase()).isEqualTo(Phase.STEADY);
      assertThat(node.liveNodes.snapshot().toString()).isEqualTo("{1, 2, 3}");
    }
    assertThat(events).hasSize(9).noneMatch(e -> e.endsWith("down"));
  }

  private static long offset(int node) {
    return (long) (FIRST_BLOCK + node) * BLOCK_SIZE;
  }

  private HeartbeatBlock readBlock(int node) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(BLOCK_SIZE);
    device.read(offset(node), block);
    return HeartbeatBlock.read(block.flip());
  }

  private byte[] image() throws IOException {
    ByteBuffer all = ByteBuffer.allocate(64 * BLOCK_SIZE);
    device.read(0, all);
    return all.array();
  }
}
