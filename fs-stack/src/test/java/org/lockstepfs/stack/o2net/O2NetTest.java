package org.lockstepfs.stack.o2net;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.config.HeartbeatMode;
import org.lockstepfs.stack.config.Tuning;

/** Whole endpoints on the loopback interface. */
@Timeout(20)
class O2NetTest {
  private static final NetTimeouts TIMEOUTS = new NetTimeouts(6_000, 5_000, 500, 50);
  private static final int KEY = 7;
  private static final int TYPE = 503;

  private final List<O2Net> open = new ArrayList<>();
  private ClusterConfig config;

  private record Outcome(SendResult result, int status) {}

  @AfterEach
  void close() {
    open.forEach(O2Net::close);
  }

  private void configure(String... addresses) throws IOException {
    List<ClusterNode> nodes = new ArrayList<>();
    for (String address : addresses) {
      int number = nodes.size() + 1;
      Inet4Address ip = (Inet4Address) InetAddress.getByName(address);
      try (ServerSocket probe = new ServerSocket(0, 1, ip)) {
        nodes.add(new ClusterNode(number, "n" + number, ip, probe.getLocalPort(), 1));
      }
    }
    config = new ClusterConfig("test", HeartbeatMode.LOCAL, nodes, List.of(), Tuning.DEFAULT);
  }

  private int lives;
  private volatile boolean silenced;
  private volatile int silencedNode;

  private O2Net start(int number, NetTimeouts timeouts) throws IOException {
    ClusterNode self = config.node(number).orElseThrow();
    O2Net net =
        new O2Net(
            config,
            self,
            timeouts,
            ++lives,
            new SimpleMeterRegistry(),
            () -> silenced || silencedNode == self.number());
    open.add(net);
    net.start();
    return net;
  }

  private static void await(BooleanSupplier condition) throws InterruptedException {
    while (!condition.getAsBoolean()) {
      TimeUnit.MILLISECONDS.sleep(2);
    }
  }

  private static CompletableFuture<Outcome> send(O2Net net, int target, int... content) {
    byte[] payload = new byte[content.length];
    for (int i = 0; i < content.length; i++) {
      payload[i] = (byte) content[i];
    }
    CompletableFuture<Outcome> done = new CompletableFuture<>();
    net.send(target, TYPE, KEY, payload, (r, s) -> done.complete(new Outcome(r, s)));
    return done;
  }

  @Test
  void threeNodesAtOneAddressTalkEachToEach() throws Exception {
    configure("127.0.0.1", "127.0.0.1", "127.0.0.1");
    for (int n = 1; n <= 3; n++) {
      O2Net net = start(n, TIMEOUTS);
      int self = n;
      net.register(TYPE, KEY, 8, r -> r.answer(100 * self + 10 * r.from() + r.payload()[0]));
    }
    for (int n = 1; n <= 3; n++) {
      for (int peer = 1; peer <= 3; peer++) {
        open.get(n - 1).nodeUp(peer);
      }
    }
    for (int from = 1; from <= 3; from++) {
      for (int to = 1; to <= 3; to++) {
        if (from != to) {
          assertThat(send(open.get(from - 1), to, 5).get())
              .isEqualTo(new Outcome(SendResult.DELIVERED, 100 * to + 10 * from + 5));
        }
      }
    }
    assertThat(open.get(0).connectedNodes().toString()).isEqualTo("{2, 3}");
    assertThat(send(open.get(0), 1).get().result()).isEqualTo(SendResult.NOT_CONNECTED);
  }

  @Test
  void messagesFromManyThreadsKeepTheOrderOfTheirCalls() throws Exception {
    configure("127.0.0.1", "127.0.0.1");
    O2Net a = start(1, TIMEOUTS);
    O2Net b = start(2, TIMEOUTS);
    List<Integer> seen = new CopyOnWriteArrayList<>();
    b.register(
        TYPE,
        KEY,
        4,
        r -> {
          seen.add(ByteBuffer.wrap(r.payload()).getInt());
          r.answer(0);
        });
    a.nodeUp(2);
    b.nodeUp(1);
    Object order = new Object();
    int[] next = {0};
    Runnable sender =
        () -> {
          for (int i = 0; i < 500; i++) {
            synchronized (order) {
              byte[] payload = ByteBuffer.allocate(4).putInt(next[0]++).array();
              a.send(2, TYPE, KEY, payload, SendListener.IGNORE);
            }
          }
        };
    Thread one = new Thread(sender);
    Thread two = new Thread(sender);
    one.start();
    two.start();
    a.executor().execute(sender);
    one.join();
    two.join();
    await(() -> seen.size() == 1500);
    for (int i = 0; i < 1500; i++) {
      assertThat(seen.get(i)).isEqualTo(i);
    }
  }

  @Test
  void anUnknownHandlerIsAPoliteError() throws Exception {
    configure("127.0.0.1", "127.0.0.1");
    O2Net a = start(1, TIMEOUTS);
    O2Net b = start(2, TIMEOUTS);
    a.nodeUp(2);
    b.nodeUp(1);
    assertThat(send(a, 2).get().result()).isEqualTo(SendResult.NO_HANDLER);
    b.register(TYPE, KEY, 1, r -> r.answer(0));
    assertThat(send(a, 2, 1, 2).get().result()).isEqualTo(SendResult.OVERFLOW);
    assertThat(send(a, 2, 1).get().result()).isEqualTo(SendResult.DELIVERED);
    b.unregister(TYPE, KEY);
    assertThat(send(a, 2, 1).get().result()).isEqualTo(SendResult.NO_HANDLER);
  }

  @Test
  void noLinkWithoutHeartbeatAndAnotherAfterItReturns() throws Exception {
    configure("127.0.0.1", "127.0.0.1");
    O2Net a = start(1, TIMEOUTS);
    O2Net b = start(2, TIMEOUTS);
    a.register(TYPE, KEY, 1, r -> r.answer(1));
    assertThat(send(b, 1).get().result()).isEqualTo(SendResult.NOT_CONNECTED);
    b.nodeUp(1);
    CompletableFuture<Outcome> waiting = send(b, 1);
    TimeUnit.MILLISECONDS.sleep(150);
    assertThat(waiting).isNotDone();
    a.nodeUp(2);
    assertThat(waiting.get()).isEqualTo(new Outcome(SendResult.DELIVERED, 1));
    a.nodeDown(2);
    await(() -> b.connectedNodes().isEmpty());
    assertThat(send(b, 1).get().result()).isEqualTo(SendResult.NOT_CONNECTED);
    b.nodeDown(1);
    b.nodeUp(1);
    a.nodeUp(2);
    assertThat(send(b, 1).get().result()).isEqualTo(SendResult.DELIVERED);
  }

  @Test
  void differentTimeoutsAreRefusedOnBothSides() throws Exception {
    configure("127.0.0.1", "127.0.0.1");
    O2Net a = start(1, TIMEOUTS);
    O2Net b = start(2, new NetTimeouts(6_001, 5_000, 500, 50));
    a.nodeUp(2);
    b.nodeUp(1);
    CompletableFuture<Outcome> fromA = send(a, 2);
    CompletableFuture<Outcome> fromB = send(b, 1);
    assertThat(fromA.get().result()).isEqualTo(SendResult.NOT_CONNECTED);
    assertThat(fromB.get().result()).isIn(SendResult.NOT_CONNECTED, SendResult.DIED);
  }

  @Test
  void linkErrorsAreHeardAndUnansweredMessagesDie() throws Exception {
    configure("127.0.0.1", "127.0.0.1");
    O2Net a = start(1, TIMEOUTS);
    O2Net b = start(2, TIMEOUTS);
    List<String> links = new CopyOnWriteArrayList<>();
    a.addLinkListener(
        new LinkListener() {
          @Override
          public void linkUp(int node) {
            links.add("up " + node);
          }

          @Override
          public void linkError(int node, String reason) {
            links.add("error " + node);
          }
        });
    b.register(TYPE, KEY, 1, r -> {});
    a.nodeUp(2);
    b.nodeUp(1);
    CompletableFuture<Outcome> unanswered = send(a, 2);
    await(() -> a.connectedNodes().get(2));
    TimeUnit.MILLISECONDS.sleep(50);
    assertThat(unanswered).isNotDone();
    b.close();
    assertThat(unanswered.get().result()).isEqualTo(SendResult.DIED);
    assertThat(links).containsExactly("up 2", "error 2");
  }

  /**
   * What connects after a break may be a new incarnation: heartbeat must see the old one go first.
   */
  @Test
  void afterABreakTheHeartbeatMustTellThatTheOldIncarnationIsGone() throws Exception {
    configure("127.0.0.1", "127.0.0.1");
    O2Net a = start(1, TIMEOUTS);
    O2Net b = start(2, TIMEOUTS);
    a.register(TYPE, KEY, 1, r -> r.answer(1));
    a.nodeUp(2);
    b.nodeUp(1);
    await(() -> a.connectedNodes().get(2));
    b.close();
    await(() -> a.connectedNodes().isEmpty());
    O2Net again = start(2, TIMEOUTS);
    again.nodeUp(1);
    CompletableFuture<Outcome> waiting = send(again, 1);
    TimeUnit.MILLISECONDS.sleep(200);
    assertThat(waiting).isNotDone();
    a.nodeDown(2);
    a.nodeUp(2);
    assertThat(waiting.get()).isEqualTo(new Outcome(SendResult.DELIVERED, 1));
  }

  /** A link that fell silent may be made again, but not to another life of the node. */
  @Test
  void aLinkThatFellSilentIsNotMadeAgainToAnotherIncarnation() throws Exception {
    configure("127.0.0.1", "127.0.0.2");
    O2Net a = start(1, new NetTimeouts(6_000, 200, 150, 50));
    a.register(TYPE, KEY, 1, r -> r.answer(1));
    a.nodeUp(2);
    awaitHeard(a);
    CompletableFuture<Void> idle = new CompletableFuture<>();
    a.addLinkListener(
        new LinkListener() {
          @Override
          public void linkUp(int node) {}

          @Override
          public void linkError(int node, String reason) {
            idle.complete(null);
          }
        });
    try (Socket old = connect("127.0.0.2")) {
      shakeHands(old, 7);
      await(() -> a.connectedNodes().get(2));
      idle.get();
    }
    await(() -> a.connectedNodes().isEmpty());
    try (Socket same = connect("127.0.0.2")) {
      shakeHands(same, 7);
      await(() -> a.connectedNodes().get(2));
      TimeUnit.MILLISECONDS.sleep(300);
    }
    await(() -> a.connectedNodes().isEmpty());
    try (Socket other = connect("127.0.0.2")) {
      shakeHands(other, 8);
      assertThat(other.getInputStream().readAllBytes()).isEmpty();
    }
    assertThat(a.connectedNodes().isEmpty()).isTrue();
    a.nodeDown(2);
    a.nodeUp(2);
    awaitHeard(a);
    try (Socket other = connect("127.0.0.2")) {
      shakeHands(other, 8);
      await(() -> a.connectedNodes().get(2));
    }
  }

  private static void awaitHeard(O2Net net) throws Exception {
    CompletableFuture<Void> heard = new CompletableFuture<>();
    net.executor().execute(() -> heard.complete(null));
    heard.get();
  }

  private static void shakeHands(Socket socket, int incarnation) throws IOException {
    ByteBuf out = Unpooled.buffer(Handshake.BYTES);
    Handshake.of(2, incarnation, new NetTimeouts(6_000, 200, 150, 50)).write(out);
    socket.getOutputStream().write(out.array(), 0, Handshake.BYTES);
    socket.getInputStream().readNBytes(Handshake.BYTES);
  }

  /** What a fenced node would say may follow from writes that were refused. */
  @Test
  void aSilencedNodeSaysNothing() throws Exception {
    configure("127.0.0.1", "127.0.0.1");
    O2Net a = start(1, TIMEOUTS);
    O2Net b = start(2, TIMEOUTS);
    b.register(TYPE, KEY, 1, r -> r.answer(0));
    a.nodeUp(2);
    b.nodeUp(1);
    assertThat(send(a, 2).get().result()).isEqualTo(SendResult.DELIVERED);
    silenced = true;
    assertThat(send(a, 2).get().result()).isEqualTo(SendResult.NOT_CONNECTED);
  }

  /** Whoever joins would count a node in that the members have buried, if it answered. */
  @Test
  void aSilencedNodeAnswersNothing() throws Exception {
    configure("127.0.0.1", "127.0.0.1");
    O2Net a = start(1, TIMEOUTS);
    O2Net b = start(2, TIMEOUTS);
    CompletableFuture<MessageHandler.Request> held = new CompletableFuture<>();
    AtomicInteger taken = new AtomicInteger();
    b.register(TYPE, KEY, 1, r -> taken.incrementAndGet());
    b.register(TYPE + 1, KEY, 1, held::complete);
    a.nodeUp(2);
    b.nodeUp(1);
    CompletableFuture<SendResult> early = new CompletableFuture<>();
    a.send(2, TYPE + 1, KEY, new byte[0], (result, status) -> early.complete(result));
    MessageHandler.Request request = held.get();
    silencedNode = 2;
    request.answer(0);
    CompletableFuture<?> late = send(a, 2);
    b.close();
    assertThat(early.get()).isEqualTo(SendResult.DIED);
    late.handle((r, e) -> r).get();
    assertThat(taken).hasValue(0);
  }

  /** A kernel node has its own address and says connector id 1; nothing else names it. */
  @Test
  void aKernelNodeIsKnownByItsAddress() throws Exception {
    configure("127.0.0.1", "127.0.0.2");
    O2Net a = start(1, TIMEOUTS);
    a.register(TYPE, KEY, 1, r -> r.answer(10 + r.from()));
    a.nodeUp(2);
    awaitHeard(a);
    try (Socket kernel = connect("127.0.0.2")) {
      kernel.getOutputStream().write(kernelHandshake());
      assertThat(kernel.getInputStream().readNBytes(32)).startsWith(0, 0, 0, 0, 0, 0, 0, 11);
      byte[] request =
          ByteBuffer.allocate(24)
              .putShort((short) 0xfa55)
              .putShort((short) 0)
              .putShort((short) TYPE)
              .putShort((short) 0)
              .putInt(0)
              .putInt(0)
              .putInt(KEY)
              .putInt(77)
              .array();
      kernel.getOutputStream().write(request);
      ByteBuffer answer = ByteBuffer.wrap(kernel.getInputStream().readNBytes(24));
      assertThat(answer.getShort(0)).isEqualTo((short) 0xfa56);
      assertThat(answer.getInt(12)).isEqualTo(12);
      assertThat(answer.getInt(20)).isEqualTo(77);
    }
  }

  @Test
  void whoeverNamesNobodyAtASharedAddressIsRefused() throws Exception {
    configure("127.0.0.1", "127.0.0.1");
    O2Net a = start(1, TIMEOUTS);
    a.nodeUp(2);
    try (Socket stranger = connect("127.0.0.1")) {
      stranger.getOutputStream().write(kernelHandshake());
      assertThat(stranger.getInputStream().read()).isEqualTo(-1);
    }
    try (Socket unknown = connect("127.0.0.9")) {
      assertThat(unknown.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void aTakenPortIsNamed() throws Exception {
    configure("127.0.0.1");
    start(1, TIMEOUTS);
    assertThatThrownBy(() -> start(1, TIMEOUTS))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("o2net cannot listen on 127.0.0.1:" + config.nodes().get(0).port());
  }

  private Socket connect(String source) throws IOException {
    ClusterNode target = config.node(1).orElseThrow();
    return new Socket(target.address(), target.port(), InetAddress.getByName(source), 0);
  }

  private static byte[] kernelHandshake() {
    return ByteBuffer.allocate(32)
        .putLong(11)
        .putLong(1)
        .putInt(6_000)
        .putInt(5_000)
        .putInt(500)
        .putInt(2_000)
        .array();
  }
}
