package org.lockstepfs.stack.plock;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jnr.constants.platform.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.locks.plock.PlockMember;
import org.lockstepfs.stack.TestCluster;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.PosixLocks.Owner;
import org.lockstepfs.stack.glue.PosixLocks.Range;
import org.lockstepfs.stack.o2net.NetTimeouts;
import org.lockstepfs.stack.o2net.O2Net;

/** Plock engines of several nodes over real connections. */
@Timeout(30)
class PlockTransportTest {
  private static final NetTimeouts TIMEOUTS = new NetTimeouts(6_000, 5_000, 500, 20);
  private static final int KEY = 77;
  private static final Range ALL = new Range(0, Long.MAX_VALUE);

  private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();
  private final List<O2Net> nets = new ArrayList<>();
  private final List<PlockTransport> transports = new ArrayList<>();

  private void start(int nodes) throws IOException {
    ClusterConfig config = TestCluster.of(nodes);
    for (int n = 1; n <= nodes; n++) {
      O2Net net =
          new O2Net(
              config,
              config.node(n).orElseThrow(),
              TIMEOUTS,
              1,
              new SimpleMeterRegistry(),
              () -> false);
      net.start();
      nets.add(net);
      PlockMember self = new PlockMember(n, 100 + n);
      transports.add(
          new PlockTransport(net, KEY, self, node -> OptionalLong.of(100 + node), executor));
    }
    for (int n = 1; n <= nodes; n++) {
      for (int peer = 1; peer <= nodes; peer++) {
        nets.get(n - 1).nodeUp(peer);
      }
    }
  }

  private void awaitLinks() throws InterruptedException {
    for (O2Net net : nets) {
      while (net.connectedNodes().cardinality() < nets.size() - 1) {
        TimeUnit.MILLISECONDS.sleep(5);
      }
    }
  }

  @AfterEach
  void stop() {
    transports.forEach(PlockTransport::close);
    nets.forEach(O2Net::close);
    executor.shutdownNow();
  }

  private static CompletableFuture<String> lock(
      PosixLocks locks, long inode, int pid, boolean wait) {
    CompletableFuture<String> done = new CompletableFuture<>();
    locks.lock(
        inode,
        new Owner(pid, pid),
        ALL,
        true,
        wait,
        e -> done.complete(e == null ? "ok" : e.name()));
    return done;
  }

  private static CompletableFuture<Errno> unlock(PosixLocks locks, long inode, int pid) {
    CompletableFuture<Errno> done = new CompletableFuture<>();
    locks.unlock(inode, new Owner(pid, pid), ALL, done::complete);
    return done;
  }

  @Test
  void locksExcludeEachOtherAcrossThreeNodes() throws Exception {
    start(3);
    awaitLinks();
    transports.forEach(PlockTransport::open);
    transports.forEach(t -> t.members(List.of(1, 2, 3)));
    PosixLocks a = transports.get(0).locks();
    PosixLocks b = transports.get(1).locks();
    PosixLocks c = transports.get(2).locks();
    for (long inode = 0; inode < 20; inode++) {
      assertThat(lock(a, inode, 1, false).get()).isEqualTo("ok");
      assertThat(lock(b, inode, 2, false).get()).isEqualTo("EAGAIN");
      CompletableFuture<String> waiting = lock(c, inode, 3, true);
      CompletableFuture<PosixLocks.Conflict> conflict = new CompletableFuture<>();
      b.test(
          inode, new Owner(2, 2), ALL, false, (e, seen) -> conflict.complete(seen.orElseThrow()));
      assertThat(conflict.get()).isEqualTo(new PosixLocks.Conflict(1, new Owner(1, 1), ALL, true));
      assertThat(waiting).isNotDone();
      assertThat(unlock(a, inode, 1).get()).isNull();
      assertThat(waiting.get()).isEqualTo("ok");
    }
  }

  /** Messages that come before the receiver listens are sent again. */
  @Test
  void aNodeThatListensLateMissesNothing() throws Exception {
    start(2);
    awaitLinks();
    transports.get(0).open();
    transports.get(0).members(List.of(1, 2));
    PosixLocks a = transports.get(0).locks();
    List<CompletableFuture<String>> granted = new ArrayList<>();
    for (long inode = 0; inode < 20; inode++) {
      granted.add(lock(a, inode, 1, false));
    }
    TimeUnit.MILLISECONDS.sleep(200);
    assertThat(granted).anyMatch(g -> !g.isDone());
    transports.get(1).open();
    transports.get(1).members(List.of(1, 2));
    for (CompletableFuture<String> g : granted) {
      assertThat(g.get()).isEqualTo("ok");
    }
    assertThat(lock(transports.get(1).locks(), 3, 2, false).get()).isEqualTo("EAGAIN");
  }

  @Test
  void theLocksOfANodeThatLeavesAreFree() throws Exception {
    start(2);
    awaitLinks();
    transports.forEach(PlockTransport::open);
    transports.forEach(t -> t.members(List.of(1, 2)));
    PosixLocks a = transports.get(0).locks();
    PosixLocks b = transports.get(1).locks();
    assertThat(lock(b, 5, 2, false).get()).isEqualTo("ok");
    CompletableFuture<String> waiting = lock(a, 5, 1, true);
    assertThatThrownByTimeout(waiting);
    CompletableFuture<String> own = lock(b, 5, 3, true);
    transports.get(1).close();
    assertThat(own.get()).isEqualTo("EIO");
    transports.get(0).members(List.of(1));
    assertThat(waiting.get()).isEqualTo("ok");
  }

  private static void assertThatThrownByTimeout(CompletableFuture<?> future) throws Exception {
    try {
      future.get(100, TimeUnit.MILLISECONDS);
      throw new AssertionError("did not wait");
    } catch (TimeoutException e) {
      assertThat(future).isNotDone();
    }
  }
}
