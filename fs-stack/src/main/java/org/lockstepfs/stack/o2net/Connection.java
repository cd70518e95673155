package org.lockstepfs.stack.o2net;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.ScheduledFuture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.stack.o2net.FrameDecoder.Frame;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One socket: handshake, requests and their statuses, keepalive and idle time-out. Belongs to the
 * event loop thread.
 *
 * <p>As in the kernel (o2net_idle_timer), an idle link is reported and not closed: whether the peer
 * is dead is for heartbeat and quorum to say.
 */
final class Connection extends SimpleChannelInboundHandler<Object> {
  private static final Logger LOG = LoggerFactory.getLogger(Connection.class);

  /** What the handler's owner hears; all on the event loop thread. */
  interface Owner {
    /** The socket is open; the owner sends the handshake when it wants to. */
    void opened(Connection connection);

    /** The peer's handshake came. The owner closes the connection or accepts it. */
    void handshake(Connection connection, Handshake theirs);

    /** A message came after the link had been reported idle. */
    void recovered(Connection connection);

    /** Nothing came for the idle time-out. */
    void idle(Connection connection);

    /** The socket is closed, for good. */
    void closed(Connection connection, String reason);
  }

  /** Requests to one peer that may be unanswered at a time; more wait for their turn. */
  static final int MAX_OUTSTANDING = 8192;

  /** Requests that may wait: more than all the locks that a volume keeps can cause. */
  static final int MAX_QUEUED = 1 << 17;

  /** Bytes that may wait for the socket: more than a peer's outstanding requests can cause. */
  static final int MAX_UNSENT_BYTES = 64 << 20;

  /** Status of a request whose handler threw. */
  private static final int EIO_STATUS = -5;

  private record Queued(int type, int key, byte[] payload, SendListener listener) {}

  private final NetTimeouts timeouts;
  private final HandlerTable handlers;
  private final NetMeters meters;
  private final LoopQueue queue;
  private final Owner owner;
  private final Map<Integer, SendListener> outstanding = new HashMap<>();
  private final Deque<Queued> queued = new ArrayDeque<>();

  private ChannelHandlerContext ctx;
  private int node = -1;
  private int nextNumber;
  private boolean accepted;
  private String closeReason = "closed by the other side";
  private long lastReceivedNanos;
  private long idleSinceNanos;
  private boolean idle;
  private ScheduledFuture<?> timer;

  Connection(
      NetTimeouts timeouts, HandlerTable handlers, NetMeters meters, LoopQueue queue, Owner owner) {
    this.timeouts = timeouts;
    this.handlers = handlers;
    this.meters = meters;
    this.queue = queue;
    this.owner = owner;
  }

  /** Returns the peer's number, or -1 while it is not known. */
  int node() {
    return node;
  }

  void identify(int nodeNumber) {
    node = nodeNumber;
  }

  java.net.SocketAddress remoteAddress() {
    return ctx.channel().remoteAddress();
  }

  void sendHandshake(Handshake ours) {
    ByteBuf out = ctx.alloc().ioBuffer(Handshake.BYTES);
    ours.write(out);
    ctx.writeAndFlush(out);
  }

  /** Starts traffic and timers: the handshake was good. */
  void accept() {
    accepted = true;
    lastReceivedNanos = now();
    idleSinceNanos = lastReceivedNanos;
    timer = schedule(timeouts.keepaliveDelayMs());
  }

  /** Closes the socket; unanswered requests end as {@link SendResult#DIED}. */
  void close(String reason) {
    closeReason = reason;
    ctx.close();
  }

  /** Sends a request, in its turn; the link must be accepted. */
  void send(int type, int key, byte[] payload, SendListener listener) {
    if (!ctx.channel().isActive()) {
      listener.done(SendResult.DIED, 0);
    } else if (outstanding.size() < MAX_OUTSTANDING && queued.isEmpty()) {
      request(type, key, payload, listener);
    } else if (queued.size() < MAX_QUEUED) {
      queued.add(new Queued(type, key, payload, listener));
    } else {
      listener.done(SendResult.OVERLOADED, 0);
    }
  }

  private void request(int type, int key, byte[] payload, SendListener listener) {
    while (outstanding.containsKey(nextNumber)) {
      nextNumber = (nextNumber + 1) & Integer.MAX_VALUE;
    }
    int number = nextNumber;
    nextNumber = (number + 1) & Integer.MAX_VALUE;
    outstanding.put(number, listener);
    write(MessageHeader.request(payload.length, type, key, number), payload);
  }

  private void write(MessageHeader header, byte[] payload) {
    int bytes = MessageHeader.BYTES + payload.length;
    ByteBuf out = ctx.alloc().ioBuffer(bytes);
    header.write(out);
    out.writeBytes(payload);
    meters.sent(bytes);
    ctx.writeAndFlush(out);
  }

  private void write(MessageHeader header) {
    write(header, new byte[0]);
  }

  @Override
  public void handlerAdded(ChannelHandlerContext context) {
    ctx = context;
  }

  @Override
  public void channelActive(ChannelHandlerContext context) {
    owner.opened(this);
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, Object message) {
    if (message instanceof Handshake theirs) {
      owner.handshake(this, theirs);
    } else if (accepted) {
      received((Frame) message);
    }
  }

  private void received(Frame frame) {
    lastReceivedNanos = now();
    if (idle) {
      idle = false;
      owner.recovered(this);
    }
    MessageHeader header = frame.header();
    meters.received(MessageHeader.BYTES + frame.payload().length);
    switch (header.magic()) {
      case MessageHeader.MAGIC_STATUS -> {
        SendListener listener = outstanding.remove(header.messageNumber());
        if (listener != null) {
          complete(listener, SendResult.ofWire(header.sysStatus()), header.status());
          sendQueued();
        }
      }
      case MessageHeader.MAGIC_KEEP_REQUEST ->
          write(MessageHeader.keepalive(MessageHeader.MAGIC_KEEP_RESPONSE));
      case MessageHeader.MAGIC_DATA -> dispatch(header, frame.payload());
      default -> {
        // A keepalive's response has done its work by arriving.
      }
    }
  }

  private void sendQueued() {
    while (outstanding.size() < MAX_OUTSTANDING && !queued.isEmpty()) {
      Queued next = queued.remove();
      request(next.type, next.key, next.payload, next.listener);
    }
  }

  private static void complete(SendListener listener, SendResult result, int status) {
    try {
      listener.done(result, result == SendResult.DELIVERED ? status : 0);
    } catch (RuntimeException e) {
      LOG.error("o2net: a listener failed", e);
    }
  }

  private void dispatch(MessageHeader header, byte[] payload) {
    HandlerTable.Entry entry = handlers.find(header.type(), header.key());
    if (entry == null) {
      write(header.answer(SendResult.NO_HANDLER, 0));
    } else if (payload.length > entry.maxLength()) {
      write(header.answer(SendResult.OVERFLOW, 0));
    } else {
      Incoming request = new Incoming(header, payload);
      try {
        entry.handler().handle(request);
      } catch (RuntimeException e) {
        LOG.error("o2net: the handler of message {} from node {} failed", header.type(), node, e);
        request.answer(EIO_STATUS);
      }
    }
  }

  /** A request that waits for its answer. */
  private final class Incoming implements MessageHandler.Request {
    private final MessageHeader header;
    private final byte[] payload;
    private boolean answered;

    Incoming(MessageHeader header, byte[] payload) {
      this.header = header;
      this.payload = payload;
    }

    @Override
    public int from() {
      return node;
    }

    @Override
    public int type() {
      return header.type();
    }

    @Override
    public byte[] payload() {
      return payload;
    }

    @Override
    public void answer(int status) {
      queue.post(
          () -> {
            if (!answered && ctx.channel().isActive()) {
              answered = true;
              write(header.answer(SendResult.DELIVERED, status));
            }
          });
    }
  }

  private ScheduledFuture<?> schedule(long delayMs) {
    return ctx.executor().schedule(this::checkSilence, delayMs, TimeUnit.MILLISECONDS);
  }

  private long now() {
    EventExecutor executor = ctx.executor();
    return executor.ticker().nanoTime();
  }

  /** Sends a keepalive after each keepalive delay of silence; reports the idle time-out. */
  private void checkSilence() {
    long nowNanos = now();
    long keepaliveNanos = TimeUnit.MILLISECONDS.toNanos(timeouts.keepaliveDelayMs());
    long idleNanos = TimeUnit.MILLISECONDS.toNanos(timeouts.idleTimeoutMs());
    if (lastReceivedNanos - idleSinceNanos > 0) {
      idleSinceNanos = lastReceivedNanos;
    }
    if (nowNanos - idleSinceNanos >= idleNanos) {
      idleSinceNanos = nowNanos;
      idle = true;
      owner.idle(this);
    }
    long waitNanos = keepaliveNanos - (nowNanos - lastReceivedNanos);
    if (waitNanos <= 0) {
      write(MessageHeader.keepalive(MessageHeader.MAGIC_KEEP_REQUEST));
      waitNanos = keepaliveNanos;
    }
    timer = schedule(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos)));
  }

  /**
   * The unsent bytes have passed {@link #MAX_UNSENT_BYTES}. Reading no more from the peer instead
   * could leave two nodes each waiting for the other to read.
   */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    if (!context.channel().isWritable()) {
      close("does not read what it is sent");
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext context) {
    if (timer != null) {
      timer.cancel(false);
    }
    List<SendListener> unanswered = new ArrayList<>(outstanding.values());
    outstanding.clear();
    List<Queued> unsent = new ArrayList<>(queued);
    queued.clear();
    owner.closed(this, closeReason);
    unanswered.forEach(listener -> complete(listener, SendResult.DIED, 0));
    unsent.forEach(request -> complete(request.listener, SendResult.NOT_CONNECTED, 0));
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    close(String.valueOf(cause.getMessage()));
  }
}
