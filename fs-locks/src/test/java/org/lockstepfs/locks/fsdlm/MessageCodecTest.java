package org.lockstepfs.locks.fsdlm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.lockstepfs.locks.fsdlm.message.BadMessageException;
import org.lockstepfs.locks.fsdlm.message.Cancel;
import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.fsdlm.message.MessageCodec;
import org.lockstepfs.locks.fsdlm.message.MessageType;
import org.lockstepfs.locks.fsdlm.message.NamesReply;
import org.lockstepfs.locks.fsdlm.message.Request;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;

/** What is encoded is decoded; what is no message is refused in words, whatever it is. */
class MessageCodecTest {

  private static Envelope decode(byte[] bytes) throws BadMessageException {
    return MessageCodec.decode(ByteBuffer.wrap(bytes));
  }

  @ParameterizedTest
  @EnumSource(MessageType.class)
  void everyMessageComesBack(MessageType type) throws BadMessageException {
    SampleMessages samples = new SampleMessages(type.id());
    for (int i = 0; i < 50; i++) {
      Envelope sent = new Envelope(i * 1_000_000_007L, samples.ofType(type));
      byte[] bytes = MessageCodec.encode(sent);
      Envelope got = decode(bytes);
      assertThat(got.message().type()).isEqualTo(type);
      assertThat(got).usingRecursiveComparison().isEqualTo(sent);
      for (int length = 0; length < bytes.length; length++) {
        byte[] part = Arrays.copyOf(bytes, length);
        assertThatThrownBy(() -> decode(part)).isInstanceOf(BadMessageException.class);
      }
      byte[] more = Arrays.copyOf(bytes, bytes.length + 1);
      assertThatThrownBy(() -> decode(more)).hasMessageContaining("too many");
    }
  }

  @Test
  void damagedBytesAreAMessageOrRefused() {
    SplittableRandom random = new SplittableRandom(7);
    SampleMessages samples = new SampleMessages(7);
    int refused = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = MessageCodec.encode(new Envelope(1, samples.any()));
      bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      try {
        assertThat(decode(bytes)).isNotNull();
      } catch (BadMessageException e) {
        assertThat(e).hasMessageMatching("[\\x20-\\x7e]+");
        refused++;
      }
    }
    assertThat(refused).isBetween(2_000, 18_000);
  }

  @Test
  void layoutIsAsDocumented() {
    Envelope request =
        new Envelope(5, new Request(0x0102, LockMode.PR, Lkf.VALBLK, ResName.of("ab")));
    assertThat(HexFormat.of().formatHex(MessageCodec.encode(request)))
        .isEqualTo(
            "01010000"
                + "0000000000000005"
                + "0000000000000102"
                + "03"
                + "00000008"
                + "02"
                + "6162");
    assertThat(HexFormat.of().formatHex(MessageCodec.encode(new Envelope(5, new Cancel(2)))))
        .isEqualTo("01040000" + "0000000000000005" + "0000000000000002");
  }

  @Test
  void aFullListOfNamesFits() throws BadMessageException {
    List<ResName> names = new ArrayList<>();
    for (int i = 0; i < NamesReply.MAX_NAMES; i++) {
      names.add(ResName.of(String.format("%032d", i)));
    }
    byte[] bytes = MessageCodec.encode(new Envelope(1, new NamesReply(0, true, names)));
    assertThat(bytes.length).isLessThanOrEqualTo(MessageCodec.MAX_LENGTH);
    assertThat(decode(bytes).message()).isEqualTo(new NamesReply(0, true, names));
  }

  @Test
  void anotherVersionIsNamed() {
    byte[] bytes = MessageCodec.encode(new Envelope(1, new Cancel(2)));
    bytes[0] = 2;
    assertThatThrownBy(() -> decode(bytes)).hasMessage("version 2, this node speaks 1");
  }
}
