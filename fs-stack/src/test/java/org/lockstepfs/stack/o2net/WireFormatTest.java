package org.lockstepfs.stack.o2net;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

/** The bytes of {@code struct o2net_msg} and {@code struct o2net_handshake}, field by field. */
class WireFormatTest {
  private static final NetTimeouts KERNEL = new NetTimeouts(60_000, 30_000, 2_000, 2_000);

  @Test
  void headerIsTheKernels() {
    ByteBuf out = Unpooled.buffer();
    MessageHeader header = MessageHeader.request(0x0102, 503, 0xcafebabe, 0x11223344);
    header.write(out);
    assertThat(ByteBufUtil.hexDump(out))
        .isEqualTo(
            "fa55" + "0102" + "01f7" + "0000" + "00000000" + "00000000" + "cafebabe" + "11223344");
    assertThat(MessageHeader.read(out)).isEqualTo(header);
    assertThat(MessageHeader.BYTES + MessageHeader.MAX_PAYLOAD).isEqualTo(4096);
  }

  @Test
  void answerKeepsTypeKeyAndNumber() {
    ByteBuf out = Unpooled.buffer();
    MessageHeader.request(8, 503, 0xcafebabe, 7).answer(SendResult.OVERFLOW, -11).write(out);
    assertThat(ByteBufUtil.hexDump(out))
        .isEqualTo(
            "fa56" + "0000" + "01f7" + "0000" + "00000002" + "fffffff5" + "cafebabe" + "00000007");
  }

  @Test
  void keepaliveIsAllZeroButTheMagic() {
    ByteBuf out = Unpooled.buffer();
    MessageHeader.keepalive(MessageHeader.MAGIC_KEEP_REQUEST).write(out);
    MessageHeader.keepalive(MessageHeader.MAGIC_KEEP_RESPONSE).write(out);
    assertThat(ByteBufUtil.hexDump(out))
        .isEqualTo("fa57" + "0".repeat(44) + "fa58" + "0".repeat(44));
  }

  @Test
  void handshakeIsTheKernelsAndNamesTheNode() {
    ByteBuf out = Unpooled.buffer();
    Handshake handshake = Handshake.of(254, 0x12345678, KERNEL);
    handshake.write(out);
    assertThat(ByteBufUtil.hexDump(out))
        .isEqualTo(
            "000000000000000b"
                + "4c6f636b345678fe"
                + "0000ea60"
                + "00007530"
                + "000007d0"
                + "000007d0");
    assertThat(Handshake.read(out)).isEqualTo(handshake);
    assertThat(handshake.sender()).hasValue(254);
    assertThat(handshake.incarnation()).isEqualTo(0x345678);
  }

  @Test
  void aKernelNodeNamesNobody() {
    assertThat(new Handshake(11, 1, 1, 2, 3, 4).sender()).isEmpty();
  }

  @Test
  void handshakesMustAgreeButOnTheReconnectDelay() {
    Handshake ours = Handshake.of(1, 0, KERNEL);
    assertThat(ours.disagreement(new Handshake(11, 1, 60_000, 30_000, 2_000, 5))).isEmpty();
    assertThat(ours.disagreement(new Handshake(10, 1, 60_000, 30_000, 2_000, 2_000)))
        .hasValue("speaks net protocol 10, 11 is required");
    assertThat(ours.disagreement(new Handshake(11, 1, 60_000, 29_999, 2_000, 2_000)))
        .hasValue("uses another idle time-out: 29999 ms, ours is 30000 ms");
    assertThat(ours.disagreement(new Handshake(11, 1, 60_000, 30_000, 1, 2_000))).isPresent();
    assertThat(ours.disagreement(new Handshake(11, 1, 1, 30_000, 2_000, 2_000))).isPresent();
  }

  @Test
  void unknownSystemStatusCountsAsDied() {
    assertThat(SendResult.ofWire(0)).isEqualTo(SendResult.DELIVERED);
    assertThat(SendResult.ofWire(1)).isEqualTo(SendResult.NO_HANDLER);
    assertThat(SendResult.ofWire(4)).isEqualTo(SendResult.DIED);
    assertThat(SendResult.ofWire(-1)).isEqualTo(SendResult.DIED);
  }
}
