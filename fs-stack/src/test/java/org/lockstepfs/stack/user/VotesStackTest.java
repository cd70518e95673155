package org.lockstepfs.stack.user;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.FutureTask;
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
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;
import org.lockstepfs.stack.node.StackNode;
import org.lockstepfs.stack.o2cb.TestNode;

/** Whole nodes in one process that know of each other by votes: real sockets, nothing on disk. */
@Timeout(60)
class VotesStackTest {
  private static final int BLOCKS = 64;

  @TempDir Path dir;
  private Path config;
  private Path image;
  private final List<TestNode> nodes = new ArrayList<>();
  private final List<TestDevice> devices = new ArrayList<>();

  @BeforeEach
  void configure() throws IOException {
    config = TestCluster.write(TestCluster.of(3), dir.resolve("cluster.conf"));
    Files.writeString(
        config, Files.readString(config).replaceFirst("\n\n", "\n\tquorum = votes\n\n"));
    image = dir.resolve("image");
  }

  @AfterEach
  void stop() throws IOException {
    for (TestNode node : nodes) {
      node.node.close();
    }
    for (TestDevice device : devices) {
      device.close();
    }
    assertThat(Files.readAllBytes(image)).as("heartbeat file").containsOnly(0);
  }

  private TestNode node(String name, String label) throws IOException {
    TestDevice device = new TestDevice(image, BLOCKS * 512);
    devices.add(device);
    TestNode node =
        new TestNode(
            config,
            name,
            device,
            MembershipSource.STATIC,
            e -> new StackNode(e, label, UserPlugin.NAME, UserDomains::new, TestNode.QUICK));
    nodes.add(node);
    return node;
  }

  /** A way to join. */
  private interface Way {
    TestNode join(TestNode node) throws IOException;
  }

  private static TestNode joined(TestNode node, Way way) {
    try {
      return way.join(node);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private List<TestNode> joinAll() throws Exception {
    return join(TestNode::connect, "n1", "n2", "n3");
  }

  /** One alone would wait for the next. */
  private List<TestNode> join(Way way, String... names) throws Exception {
    List<CompletableFuture<TestNode>> joins = new ArrayList<>();
    for (String name : names) {
      TestNode node = node(name, "pcmk");
      joins.add(CompletableFuture.supplyAsync(() -> joined(node, way)));
    }
    List<TestNode> joined = new ArrayList<>();
    for (CompletableFuture<TestNode> join : joins) {
      joined.add(join.get(30, TimeUnit.SECONDS));
    }
    return joined;
  }

  /** Who leaves does not wait until the others have agreed on who is left. */
  private static void awaitMembers(TestNode node, Integer... members) throws Exception {
    while (!node.node.status().volumes().get(0).members().equals(List.of(members))) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  @Test
  void locksGoFromNodeToNodeAndNodesComeAndGo() throws Exception {
    List<TestNode> all = joinAll();
    for (int i = 0; i < 60; i++) {
      TestNode.Lock lock = all.get(i % 3).lock("L" + i % 7);
      assertThat(lock.take(LockMode.EX)).isEqualTo("ast");
      assertThat(lock.unlock()).isEqualTo("unlocked");
    }
    TestNode a = all.get(0);
    TestNode.Lock kept = all.get(1).lock("K");
    assertThat(kept.take(LockMode.PR)).isEqualTo("ast");
    a.connection.disconnect();
    awaitMembers(all.get(1), 2, 3);
    a.connect();
    assertThat(a.lock("K").take(LockMode.EX, LockFlag.NOQUEUE)).isEqualTo("EAGAIN");
    assertThat(a.node.status().volumes().get(0).members()).containsExactly(1, 2, 3);
    for (TestNode node : all) {
      assertThat(node.died).isEmpty();
      assertThat(node.fence.marginNanos()).isPositive();
    }
  }

  @Test
  void locksOfANodeThatFallsSilentGoToTheMajorityOnceItMayWriteNoMore() throws Exception {
    List<TestNode> all = joinAll();
    TestNode.Lock held = all.get(0).lock("M1");
    assertThat(held.take(LockMode.EX)).isEqualTo("ast");
    TestNode.Lock waits = all.get(1).lock("M1").start(LockMode.EX);
    assertThat(held.next()).isEqualTo("bast EX");
    // Who is fenced is mute.
    all.get(0).fence.fence("test");
    assertThat(waits.next()).isEqualTo("ast");
    assertThat(all.get(1).died).containsExactly(1);
    awaitMembers(all.get(2), 2, 3);
    assertThat(all.get(2).died).containsExactly(1);
    assertThat(all.get(0).died).isEmpty();
    assertThat(all.get(0).fence.marginNanos()).isNegative();
    awaitMembers(all.get(1), 2, 3);
  }

  @Test
  void lockDomainsNeedNoVolume() throws Exception {
    List<TestNode> two = join(node -> node.connectDomain("backups"), "n1", "n3");
    TestNode.Lock held = two.get(0).lock("tape");
    assertThat(held.take(LockMode.EX)).isEqualTo("ast");
    TestNode.Lock waits = two.get(1).lock("tape").start(LockMode.EX);
    assertThat(held.next()).isEqualTo("bast EX");
    assertThat(held.unlock()).isEqualTo("unlocked");
    assertThat(waits.next()).isEqualTo("ast");
    assertThat(two.get(0).node.status().volumes()).isEmpty();
  }

  /** Node 1 does something, and another counts it live all the time. */
  private static void whileHeardBy(TestNode other, Callable<TestNode> step) throws Exception {
    FutureTask<TestNode> task = new FutureTask<>(step);
    new Thread(task).start();
    while (!task.isDone()) {
      assertThat(other.node.status().nodes().get(0).heartbeating()).isTrue();
      TimeUnit.MILLISECONDS.sleep(2);
    }
    task.get();
  }

  @Test
  void aHeldHeartbeatKeepsItsVoteWhileItsVolumeComesAndGoes() throws Exception {
    List<TestNode> all = joinAll();
    TestNode a = all.get(0);
    TestNode b = all.get(1);
    Closeable held = a.holdHeartbeat();
    all.get(2).connection.disconnect();
    whileHeardBy(b, a::disconnect);
    TestNode.Lock lock = b.lock("L");
    assertThat(lock.take(LockMode.EX)).isEqualTo("ast");
    whileHeardBy(b, a::connect);
    assertThat(a.lock("L").take(LockMode.PR, LockFlag.NOQUEUE)).isEqualTo("EAGAIN");
    whileHeardBy(b, a::disconnect);
    assertThat(lock.unlock()).isEqualTo("unlocked");
    assertThat(b.died).isEmpty();
    held.close();
  }

  @Test
  void o2cbVolumesAreRefused() throws Exception {
    assertThatThrownBy(() -> node("n1", "o2cb").connect())
        .isInstanceOf(IOException.class)
        .hasMessageContaining("quorum = votes is for user stacks");
  }
}
