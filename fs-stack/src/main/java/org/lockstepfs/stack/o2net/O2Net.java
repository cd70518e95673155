package org.lockstepfs.stack.o2net;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.io.Closeable;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;

/**
 * This node's o2net: listens, connects, sends and dispatches messages. Thread-safe.
 *
 * <p>Messages from one node to another arrive in the order in which {@link #send} was called, as
 * long as the link lasts; a message is handled at most once. Heartbeat drives it: no link is made
 * to, or accepted from, a node that is not heartbeating.
 */
public final class O2Net implements Closeable, NodeLinks {
  private static final int BACKLOG = 64;
  private static final int CLOSE_TIMEOUT_SECONDS = 5;

  private final ClusterNode self;
  private final NetTimeouts timeouts;
  private final ClusterConfig config;
  private final NetMeters meters;
  private final HandlerTable handlers = new HandlerTable();
  private final Handshake handshake;
  private final BooleanSupplier silenced;
  private final List<LinkListener> listeners = new CopyOnWriteArrayList<>();
  private final EventLoopGroup group;
  private final EventLoop loop;
  private final LoopQueue queue;
  private final Map<Integer, Peer> peers = new TreeMap<>();
  private Channel listener;

  /**
   * Makes the transport of one node; {@link #start} opens it.
   *
   * @param config all nodes that may be talked to
   * @param self this node, one of them
   * @param incarnation differs from start to start of this node, in its lowest 24 bits
   * @param silenced whether this node must not speak any more: what it would say may follow from
   *     device writes that were refused, or from a time when others had not taken over what it had.
   *     Messages are dropped then as if there were no link, those that come are not answered.
   */
  public O2Net(
      ClusterConfig config,
      ClusterNode self,
      NetTimeouts timeouts,
      int incarnation,
      MeterRegistry registry,
      BooleanSupplier silenced) {
    this.silenced = silenced;
    this.handshake = Handshake.of(self.number(), incarnation, timeouts);
    this.self = self;
    this.timeouts = timeouts;
    this.config = config;
    this.meters = new NetMeters(registry);
    this.group =
        new MultiThreadIoEventLoopGroup(
            1, new DefaultThreadFactory("o2net-" + self.name(), true), NioIoHandler.newFactory());
    this.loop = group.next();
    this.queue = new LoopQueue(loop);
    Links links = new Links();
    for (ClusterNode node : config.nodes()) {
      if (node.number() != self.number()) {
        boolean connects = self.number() > node.number();
        peers.put(node.number(), new Peer(node, connects, timeouts, loop, links));
      }
    }
    Gauge.builder("lockstep.net.links", this, net -> net.connectedNodes().cardinality())
        .description("o2net links that are up")
        .register(registry);
  }

  /**
   * Listens on this node's configured address.
   *
   * @throws IOException if the address cannot be bound; names it
   */
  public void start() throws IOException {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(group)
            .channel(NioServerSocketChannel.class)
            .option(ChannelOption.SO_BACKLOG, BACKLOG)
            .option(ChannelOption.SO_REUSEADDR, true)
            .childOption(ChannelOption.TCP_NODELAY, true)
            .childOption(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
            .childHandler(
                pipeline(
                    new Acceptor(self, handshake, new Admission(config), peers, timeouts, loop)));
    ChannelFuture bound = bootstrap.bind(self.netAddress()).awaitUninterruptibly();
    if (!bound.isSuccess()) {
      close();
      throw new IOException(
          "o2net cannot listen on "
              + self.address().getHostAddress()
              + ":"
              + self.port()
              + ": "
              + bound.cause().getMessage(),
          bound.cause());
    }
    listener = bound.channel();
  }

  @Override
  public void register(int type, int key, int maxLength, MessageHandler handler) {
    handlers.add(type, key, maxLength, request -> handle(handler, request));
  }

  /** A silenced node neither takes what others say nor answers what it took before. */
  private void handle(MessageHandler handler, MessageHandler.Request request) {
    if (!silenced.getAsBoolean()) {
      handler.handle(new AnsweredUnlessSilenced(request));
    }
  }

  private final class AnsweredUnlessSilenced implements MessageHandler.Request {
    private final MessageHandler.Request request;

    AnsweredUnlessSilenced(MessageHandler.Request request) {
      this.request = request;
    }

    @Override
    public int from() {
      return request.from();
    }

    @Override
    public int type() {
      return request.type();
    }

    @Override
    public byte[] payload() {
      return request.payload();
    }

    @Override
    public void answer(int status) {
      if (!silenced.getAsBoolean()) {
        request.answer(status);
      }
    }
  }

  @Override
  public void unregister(int type, int key) {
    handlers.remove(type, key);
  }

  @Override
  public void addLinkListener(LinkListener linkListener) {
    listeners.add(linkListener);
  }

  @Override
  public void removeLinkListener(LinkListener linkListener) {
    listeners.remove(linkListener);
  }

  /** As {@link Transport#send}; {@code result} is called on the event loop thread. */
  @Override
  public void send(int target, int type, int key, byte[] payload, SendListener result) {
    if (payload.length > MessageHeader.MAX_PAYLOAD) {
      throw new IllegalArgumentException("o2net payload of " + payload.length + " bytes");
    }
    Peer peer = peers.get(target);
    if (peer == null || silenced.getAsBoolean()) {
      queue.post(() -> result.done(SendResult.NOT_CONNECTED, 0));
    } else {
      queue.post(() -> peer.send(type, key, payload, result));
    }
  }

  @Override
  public void nodeUp(int node) {
    Peer peer = peers.get(node);
    if (peer != null) {
      queue.post(peer::nodeUp);
    }
  }

  @Override
  public void reopen(int node) {
    Peer peer = peers.get(node);
    if (peer != null) {
      queue.post(peer::reopen);
    }
  }

  @Override
  public void nodeDown(int node) {
    Peer peer = peers.get(node);
    if (peer != null) {
      queue.post(peer::nodeDown);
    }
  }

  @Override
  public void probe(int node, Consumer<Boolean> refused) {
    Peer peer = peers.get(node);
    if (peer == null || loop.isShuttingDown()) {
      refused.accept(false);
      return;
    }
    new Bootstrap()
        .group(group)
        .channel(NioSocketChannel.class)
        .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeouts.keepaliveDelayMs())
        .handler(new ChannelInboundHandlerAdapter())
        .connect(peer.node().netAddress(), new InetSocketAddress(self.address(), 0))
        .addListener(
            (ChannelFuture future) -> {
              future.channel().close();
              refused.accept(isRefusal(future.cause()));
            });
  }

  /** A connect that timed out is a ConnectException, too; only the words tell them apart. */
  private static boolean isRefusal(Throwable cause) {
    return cause instanceof ConnectException
        && String.valueOf(cause.getMessage()).contains("Connection refused");
  }

  @Override
  public BitSet connectedNodes() {
    BitSet nodes = new BitSet(ClusterNode.MAX_NODES);
    peers.forEach((number, peer) -> nodes.set(number, peer.isUp()));
    return nodes;
  }

  /**
   * Returns whether a node is a Lockstep node, by its last handshake: it may understand messages
   * that a kernel node does not.
   */
  public boolean isLockstep(int node) {
    Peer peer = peers.get(node);
    return peer != null && peer.isLockstep();
  }

  /** Returns an executor that runs tasks on the event loop thread, at once if called there. */
  public Executor executor() {
    return queue::post;
  }

  /** Closes all links and stops listening; every unanswered message has been reported then. */
  @Override
  public void close() {
    queue.post(() -> peers.values().forEach(Peer::nodeDown));
    if (listener != null) {
      listener.close().awaitUninterruptibly(CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    }
    group
        .shutdownGracefully(0, CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS)
        .awaitUninterruptibly(2 * CLOSE_TIMEOUT_SECONDS, TimeUnit.SECONDS);
  }

  private static WriteBufferWaterMark waterMark() {
    return new WriteBufferWaterMark(Connection.MAX_UNSENT_BYTES / 2, Connection.MAX_UNSENT_BYTES);
  }

  private ChannelInitializer<SocketChannel> pipeline(Connection.Owner owner) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(SocketChannel channel) {
        channel
            .pipeline()
            .addLast(
                new FlushConsolidationHandler(),
                new FrameDecoder(),
                new Connection(timeouts, handlers, meters, queue, owner));
      }
    };
  }

  /** Carries out what peers ask for. */
  private final class Links implements Peer.Net {
    @Override
    public void connect(Peer peer) {
      new Bootstrap()
          .group(group)
          .channel(NioSocketChannel.class)
          .option(ChannelOption.TCP_NODELAY, true)
          .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, timeouts.idleTimeoutMs())
          .option(ChannelOption.WRITE_BUFFER_WATER_MARK, waterMark())
          .handler(pipeline(new Outgoing(handshake, peer)))
          .connect(peer.node().netAddress(), new InetSocketAddress(self.address(), 0))
          .addListener(
              future -> {
                if (!future.isSuccess()) {
                  peer.connectFailed(String.valueOf(future.cause().getMessage()));
                }
              });
    }

    @Override
    public void linkUp(Peer peer) {
      listeners.forEach(l -> l.linkUp(peer.node().number()));
    }

    @Override
    public void linkError(Peer peer, String reason) {
      meters.linkError();
      listeners.forEach(l -> l.linkError(peer.node().number(), reason));
    }
  }
}
