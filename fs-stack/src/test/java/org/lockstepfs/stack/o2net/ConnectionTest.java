package org.lockstepfs.stack.o2net;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** One socket with time standing still: framing, hostile bytes, statuses, keepalive and silence. */
class ConnectionTest {
  private static final NetTimeouts TIMEOUTS = new NetTimeouts(60_000, 30_000, 2_000, 2_000);
  private static final int KEY = 0x1234;
  private static final int TYPE = 42;

  private final HandlerTable handlers = new HandlerTable();
  private final List<String> events = new ArrayList<>();
  private EmbeddedChannel channel;
  private Connection connection;

  @BeforeEach
  void open() {
    Connection.Owner owner =
        new Connection.Owner() {
          @Override
          public void opened(Connection c) {
            events.add("opened");
          }

          @Override
          public void handshake(Connection c, Handshake theirs) {
            c.accept();
          }

          @Override
          public void recovered(Connection c) {
            events.add("recovered");
          }

          @Override
          public void idle(Connection c) {
            events.add("idle");
          }

          @Override
          public void closed(Connection c, String reason) {
            events.add("closed: " + reason);
          }
        };
    channel = new EmbeddedChannel();
    channel.freezeTime();
    connection =
        new Connection(
            TIMEOUTS,
            handlers,
            new NetMeters(new SimpleMeterRegistry()),
            new LoopQueue(channel.eventLoop()),
            owner);
    channel.pipeline().addLast(new FrameDecoder(), connection);
    connection.identify(3);
    ByteBuf handshake = Unpooled.buffer();
    Handshake.of(3, 0, TIMEOUTS).write(handshake);
    channel.writeInbound(handshake);
  }

  @AfterEach
  void close() {
    channel.finishAndReleaseAll();
  }

  private static ByteBuf bytes(MessageHeader header, int payloadBytes) {
    ByteBuf out = Unpooled.buffer();
    header.write(out);
    out.writeZero(payloadBytes);
    return out;
  }

  private MessageHeader sent() {
    ByteBuf out = channel.readOutbound();
    if (out == null) {
      return null;
    }
    MessageHeader header = MessageHeader.read(out);
    out.release();
    return header;
  }

  private void advance(long ms) {
    channel.advanceTimeBy(ms, TimeUnit.MILLISECONDS);
    channel.runScheduledPendingTasks();
  }

  @Test
  void aRequestInPiecesIsHandledAndAnswered() {
    handlers.add(
        TYPE, KEY, 10, request -> request.answer(request.payload().length + request.from()));
    ByteBuf request = bytes(MessageHeader.request(10, TYPE, KEY, 99), 10);
    while (request.isReadable()) {
      assertThat(sent()).isNull();
      channel.writeInbound(request.readRetainedSlice(1));
    }
    assertThat(sent())
        .isEqualTo(new MessageHeader(MessageHeader.MAGIC_STATUS, 0, TYPE, 0, 13, KEY, 99));
    request.release();
  }

  @Test
  void unknownHandlerAndTooLongPayloadAreSystemErrors() {
    handlers.add(TYPE, KEY, 10, request -> request.answer(0));
    channel.writeInbound(bytes(MessageHeader.request(0, TYPE, KEY + 1, 1), 0));
    assertThat(sent().sysStatus()).isEqualTo(1);
    channel.writeInbound(bytes(MessageHeader.request(11, TYPE, KEY, 2), 11));
    assertThat(sent().sysStatus()).isEqualTo(2);
    assertThat(channel.isOpen()).isTrue();
  }

  @Test
  void aFailingHandlerAnswersAnyway() {
    handlers.add(
        TYPE,
        KEY,
        10,
        request -> {
          throw new IllegalStateException("broken");
        });
    channel.writeInbound(bytes(MessageHeader.request(0, TYPE, KEY, 1), 0));
    assertThat(sent().status()).isEqualTo(-5);
  }

  @Test
  void aRequestIsAnsweredOnce() {
    handlers.add(
        TYPE,
        KEY,
        10,
        request -> {
          request.answer(1);
          request.answer(2);
        });
    channel.writeInbound(bytes(MessageHeader.request(0, TYPE, KEY, 1), 0));
    assertThat(sent().status()).isEqualTo(1);
    assertThat(sent()).isNull();
  }

  @Test
  void statusesFindTheirRequestsByNumber() {
    List<String> results = new ArrayList<>();
    connection.send(TYPE, KEY, new byte[0], (r, s) -> results.add("first " + r + " " + s));
    connection.send(TYPE, KEY, new byte[0], (r, s) -> results.add("second " + r + " " + s));
    MessageHeader first = sent();
    MessageHeader second = sent();
    channel.writeInbound(bytes(second.answer(SendResult.DELIVERED, -11), 0));
    channel.writeInbound(bytes(first.answer(SendResult.NO_HANDLER, 5), 0));
    channel.writeInbound(bytes(first.answer(SendResult.DELIVERED, 6), 0));
    assertThat(results).containsExactly("second DELIVERED -11", "first NO_HANDLER 0");
  }

  @Test
  void unansweredRequestsDieWithTheSocket() {
    List<SendResult> results = new ArrayList<>();
    connection.send(TYPE, KEY, new byte[0], (r, s) -> results.add(r));
    channel.close();
    assertThat(results).containsExactly(SendResult.DIED);
    connection.send(TYPE, KEY, new byte[0], (r, s) -> results.add(r));
    assertThat(results).containsExactly(SendResult.DIED, SendResult.DIED);
  }

  @Test
  void requestsBeyondTheLimitWaitForAnswers() {
    List<Integer> answered = new ArrayList<>();
    for (int i = 0; i < Connection.MAX_OUTSTANDING + 2; i++) {
      int request = i;
      connection.send(TYPE, KEY, new byte[0], (r, s) -> answered.add(request));
    }
    List<MessageHeader> onTheWire = new ArrayList<>();
    for (int i = 0; i < Connection.MAX_OUTSTANDING; i++) {
      onTheWire.add(sent());
    }
    assertThat(channel.<ByteBuf>readOutbound()).isNull();
    channel.writeInbound(bytes(onTheWire.get(0).answer(SendResult.DELIVERED, 0), 0));
    MessageHeader first = sent();
    assertThat(channel.<ByteBuf>readOutbound()).isNull();
    channel.writeInbound(bytes(first.answer(SendResult.DELIVERED, 0), 0));
    channel.writeInbound(bytes(sent().answer(SendResult.DELIVERED, 0), 0));
    assertThat(answered)
        .containsExactly(0, Connection.MAX_OUTSTANDING, Connection.MAX_OUTSTANDING + 1);
  }

  @Test
  void requestsThatWaitAreBoundedAndEndWithTheSocket() {
    List<SendResult> results = new ArrayList<>();
    for (int i = 0; i < Connection.MAX_OUTSTANDING + Connection.MAX_QUEUED; i++) {
      connection.send(TYPE, KEY, new byte[0], (r, s) -> results.add(r));
    }
    assertThat(results).isEmpty();
    connection.send(TYPE, KEY, new byte[0], (r, s) -> results.add(r));
    assertThat(results).containsExactly(SendResult.OVERLOADED);
    channel.close();
    assertThat(Collections.frequency(results, SendResult.DIED))
        .isEqualTo(Connection.MAX_OUTSTANDING);
    assertThat(Collections.frequency(results, SendResult.NOT_CONNECTED))
        .isEqualTo(Connection.MAX_QUEUED);
  }

  @Test
  void badMagicClosesTheSocket() {
    channel.writeInbound(Unpooled.buffer().writeShort(0xfa54).writeZero(22));
    assertThat(events).containsExactly("closed: bad magic 0xfa54");
  }

  @Test
  void aLengthBeyondTheLimitClosesTheSocketBeforeThePayloadIsRead() {
    channel.writeInbound(bytes(MessageHeader.request(4073, TYPE, KEY, 0), 0));
    assertThat(events).containsExactly("closed: payload of 4073 bytes");
  }

  @Test
  void everyOtherByteStringIsRefusedOrWaitsForMore() {
    java.util.Random random = new java.util.Random(1);
    byte[] garbage = new byte[10_000];
    random.nextBytes(garbage);
    channel.writeInbound(Unpooled.wrappedBuffer(garbage));
    assertThat(events).hasSize(1);
    assertThat(channel.isOpen()).isFalse();
  }

  @Test
  void keepalivesAreSentAfterSilenceAndAnswered() {
    advance(1_999);
    assertThat(sent()).isNull();
    advance(1);
    assertThat(sent().magic()).isEqualTo(MessageHeader.MAGIC_KEEP_REQUEST);
    advance(1_000);
    channel.writeInbound(bytes(MessageHeader.keepalive(MessageHeader.MAGIC_KEEP_REQUEST), 0));
    assertThat(sent().magic()).isEqualTo(MessageHeader.MAGIC_KEEP_RESPONSE);
    advance(1_500);
    assertThat(sent()).isNull();
    advance(500);
    assertThat(sent().magic()).isEqualTo(MessageHeader.MAGIC_KEEP_REQUEST);
  }

  @Test
  void silenceIsReportedAndTheLinkStays() {
    for (int i = 0; i < 14; i++) {
      advance(2_000);
    }
    assertThat(events).isEmpty();
    advance(2_000);
    assertThat(events).containsExactly("idle");
    for (int i = 0; i < 15; i++) {
      advance(2_000);
    }
    assertThat(events).containsExactly("idle", "idle");
    channel.writeInbound(bytes(MessageHeader.keepalive(MessageHeader.MAGIC_KEEP_RESPONSE), 0));
    assertThat(events).containsExactly("idle", "idle", "recovered");
    assertThat(channel.isOpen()).isTrue();
  }
}
