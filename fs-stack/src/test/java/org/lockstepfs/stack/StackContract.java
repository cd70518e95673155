package org.lockstepfs.stack;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.PosixLocks.Owner;
import org.lockstepfs.stack.glue.PosixLocks.Range;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackEnvironment.MembershipSource;
import org.lockstepfs.stack.glue.StackStatus;
import org.lockstepfs.stack.node.StackNode;
import org.lockstepfs.stack.o2cb.TestNode;

/**
 * What a file system may count on whatever the stack: whole nodes in one process, with one image
 * file, real sockets, real heartbeats and real engines.
 */
@Timeout(60)
public abstract class StackContract {
  private static final Range ALL = new Range(0, Long.MAX_VALUE);

  @TempDir Path dir;
  private Path config;
  private final List<TestNode> nodes = new ArrayList<>();
  private final List<TestDevice> devices = new ArrayList<>();

  /** Makes a node of the stack. */
  protected abstract StackNode make(StackEnvironment environment);

  /** Returns the name of the stack's plug-in. */
  protected abstract String plugin();

  @BeforeEach
  final void configure() throws IOException {
    config = TestCluster.write(TestCluster.of(3), dir.resolve("cluster.conf"));
  }

  @AfterEach
  final void stop() throws IOException {
    for (TestNode node : nodes) {
      node.node.close();
    }
    for (TestDevice device : devices) {
      device.close();
    }
  }

  private TestNode node(String name) throws IOException {
    TestDevice device = new TestDevice(dir.resolve("image"), 64 * 512);
    devices.add(device);
    TestNode node = new TestNode(config, name, device, MembershipSource.STATIC, this::make);
    nodes.add(node);
    return node;
  }

  private TestNode join(String name) throws IOException {
    return node(name).connect();
  }

  private static StackStatus.Volume volume(TestNode node) {
    return node.node.status().volumes().get(0);
  }

  @Test
  final void locksGoFromNodeToNodeWithTheirValueBlocks() throws Exception {
    TestNode a = join("n1");
    TestNode b = join("n2");
    TestNode.Lock onA = a.lock("M000001");
    TestNode.Lock onB = b.lock("M000001");
    assertThat(onA.take(LockMode.EX)).isEqualTo("ast");
    onB.start(LockMode.PR, LockFlag.VALBLK);
    assertThat(onA.next()).isEqualTo("bast PR");
    onA.lksb.lvb()[5] = 77;
    assertThat(onA.convert(LockMode.PR, LockFlag.VALBLK)).isEqualTo("ast");
    assertThat(onB.next()).isEqualTo("ast");
    assertThat(onB.lksb.lvb()[5]).isEqualTo((byte) 77);
    assertThat(onB.lksb.lvbValid()).isTrue();
    assertThat(onB.convert(LockMode.EX, LockFlag.NOQUEUE)).isEqualTo("EAGAIN");
    assertThat(onA.unlock()).isEqualTo("unlocked");
    assertThat(onB.convert(LockMode.EX)).isEqualTo("ast");
    assertThat(a.lock("M000001").take(LockMode.PR, LockFlag.NOQUEUE)).isEqualTo("EAGAIN");
    assertThat(onB.unlock()).isEqualTo("unlocked");
    assertThat(volume(a).locks()).isZero();
  }

  @Test
  final void aWaitingRequestAndAWaitingConversionCanBeCancelled() throws Exception {
    TestNode a = join("n1");
    TestNode b = join("n2");
    TestNode.Lock onA = a.lock("M000002");
    TestNode.Lock onB = b.lock("M000002");
    assertThat(onA.take(LockMode.EX)).isEqualTo("ast");
    onB.start(LockMode.EX);
    assertThat(onA.next()).isEqualTo("bast EX");
    onB.cancel();
    assertThat(onB.next()).isEqualTo("unlocked");
    assertThat(onA.convert(LockMode.PR)).isEqualTo("ast");
    TestNode.Lock second = b.lock("M000002");
    assertThat(second.take(LockMode.PR)).isEqualTo("ast");
    b.connection.lock(LockMode.EX, second.lksb, EnumSet.of(LockFlag.CONVERT), second.id);
    assertThat(onA.next()).isEqualTo("bast EX");
    second.cancel();
    assertThat(second.next()).isEqualTo("unlocked");
    second.cancel();
    assertThat(second.convert(LockMode.NL)).as("a cancel of nothing is silent").isEqualTo("ast");
    assertThat(onA.unlock()).isEqualTo("unlocked");
    assertThat(second.unlock()).isEqualTo("unlocked");
  }

  @Test
  final void threeNodesPassManyLocksAroundAndLeaveInPeace() throws Exception {
    TestNode a = join("n1");
    TestNode b = join("n2");
    TestNode.Lock kept = a.lock("K");
    assertThat(kept.take(LockMode.PR)).isEqualTo("ast");
    TestNode c = join("n3");
    assertThat(volume(a).members()).containsExactly(1, 2, 3);
    List<TestNode> all = List.of(a, b, c);
    for (int i = 0; i < 200; i++) {
      TestNode.Lock lock = all.get(i % 3).lock("L" + i % 7);
      assertThat(lock.take(LockMode.EX)).isEqualTo("ast");
      assertThat(lock.unlock()).isEqualTo("unlocked");
    }
    assertThat(c.lock("K").take(LockMode.EX, LockFlag.NOQUEUE)).isEqualTo("EAGAIN");
    assertThat(kept.unlock()).isEqualTo("unlocked");
    List<TestNode.Lock> shared = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      TestNode.Lock lock = b.lock("S" + i);
      assertThat(lock.take(LockMode.PR)).isEqualTo("ast");
      shared.add(lock);
    }
    a.connection.disconnect();
    for (TestNode.Lock lock : shared) {
      String name = lock.id.toString();
      assertThat(c.lock(name).take(LockMode.EX, LockFlag.NOQUEUE)).isEqualTo("EAGAIN");
      assertThat(c.lock(name).take(LockMode.PR, LockFlag.NOQUEUE)).isEqualTo("ast");
    }
    assertThat(volume(b).members()).containsExactly(2, 3);
    a.connect();
    assertThat(volume(c).members()).containsExactly(1, 2, 3);
    assertThat(a.lock("S1").take(LockMode.EX, LockFlag.NOQUEUE)).isEqualTo("EAGAIN");
    assertThat(a.lock("S1").take(LockMode.PR)).isEqualTo("ast");
    for (TestNode node : all) {
      assertThat(node.died).isEmpty();
    }
  }

  @Test
  final void twoNodesThatStartTogetherBothJoin() throws Exception {
    TestNode a = node("n1");
    TestNode b = node("n2");
    CompletableFuture<TestNode> first = CompletableFuture.supplyAsync(() -> connectUnchecked(a));
    CompletableFuture<TestNode> second = CompletableFuture.supplyAsync(() -> connectUnchecked(b));
    assertThat(first.get().lock("X").take(LockMode.EX)).isEqualTo("ast");
    assertThat(second.get().lock("X").take(LockMode.PR, LockFlag.NOQUEUE)).isEqualTo("EAGAIN");
  }

  private static TestNode connectUnchecked(TestNode node) {
    try {
      return node.connect();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  final void aDeadNodesLocksGoToOthersOnceTheFileSystemKnows() throws Exception {
    TestNode a = join("n1");
    TestNode b = join("n2");
    TestNode.Lock onA = a.lock("M000003");
    TestNode.Lock onB = b.lock("M000003");
    assertThat(onA.take(LockMode.EX)).isEqualTo("ast");
    onA.lksb.lvb()[5] = 77;
    assertThat(onA.convert(LockMode.EX, LockFlag.VALBLK)).isEqualTo("ast");
    onB.start(LockMode.PR, LockFlag.VALBLK);
    assertThat(onA.next()).isEqualTo("bast PR");
    devices.get(0).broken = true;
    assertThat(onB.next()).isEqualTo("ast");
    assertThat(b.died).containsExactly(1);
    // fs/dlm says that the value is not valid, o2dlm says nothing and clears it.
    boolean trusted = onB.lksb.lvbValid() && onB.lksb.lvb()[5] == 77;
    assertThat(trusted).as("the dead node may have changed more").isFalse();
    assertThat(a.fence.checkDeadlines()).as("the dead node may write no more").isTrue();
    assertThat(volume(b).members()).containsExactly(2);
  }

  @Test
  final void byteRangesAreSharedAndFollowTheirHolders() throws Exception {
    TestNode a = join("n1");
    TestNode b = join("n2");
    PosixLocks onA = a.connection.posixLocks().orElseThrow();
    PosixLocks onB = b.connection.posixLocks().orElseThrow();
    for (long inode = 0; inode < 10; inode++) {
      assertThat(plock(onA, inode, 1, false).get()).isEqualTo("ok");
      assertThat(plock(onB, inode, 2, false).get()).isEqualTo("EAGAIN");
    }
    CompletableFuture<String> waiting = plock(onB, 3, 2, true);
    CompletableFuture<Errno> unlocked = new CompletableFuture<>();
    onA.unlock(3, new Owner(1, 1), ALL, unlocked::complete);
    assertThat(unlocked.get()).isNull();
    assertThat(waiting.get()).isEqualTo("ok");
    CompletableFuture<String> next = plock(onB, 4, 2, true);
    a.connection.disconnect();
    assertThat(next.get()).isEqualTo("ok");
  }

  @Test
  final void aStatusShowsNodesAndVolumes() throws Exception {
    TestNode a = join("n1");
    join("n2");
    StackStatus status = a.node.status();
    assertThat(status.plugin()).isEqualTo(plugin());
    assertThat(status.clusterName()).isEqualTo("test");
    assertThat(status.thisNode()).isEqualTo(1);
    assertThat(status.nodes())
        .extracting(StackStatus.Node::heartbeating)
        .containsExactly(true, true, false);
    assertThat(status.nodes())
        .extracting(StackStatus.Node::linked)
        .containsExactly(false, true, false);
    assertThat(volume(a).uuid()).isEqualTo(TestNode.UUID);
    assertThat(volume(a).heartbeatAgeMs()).isBetween(0L, 2_000L);
  }

  @Test
  final void whoIsNotConfiguredOrConnectedTwiceIsToldSo() throws Exception {
    assertThatThrownBy(() -> join("stranger")).hasMessage(config + ": no node named 'stranger'");
    TestNode a = join("n1");
    assertThatThrownBy(a::connect).hasMessage("/dev/test is already connected by this node");
    a.connection.disconnect();
    a.connect();
  }

  private static CompletableFuture<String> plock(
      PosixLocks locks, long inode, int pid, boolean wait) {
    CompletableFuture<String> done = new CompletableFuture<>();
    locks.lock(
        inode,
        new Owner(pid, pid),
        ALL,
        true,
        wait,
        e -> done.complete(e == null ? "ok" : e.name()));
    return done.orTimeout(10, TimeUnit.SECONDS);
  }
}
