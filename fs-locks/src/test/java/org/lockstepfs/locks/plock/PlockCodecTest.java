package org.lockstepfs.locks.plock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.plock.PlockMessage.Claim;
import org.lockstepfs.locks.plock.PlockMessage.Op;

/** Messages survive the wire; damage is an error, never a wrong message type or an overrun. */
class PlockCodecTest {
  private static final PlockMessage.Request REQUEST =
      new PlockMessage.Request(
          0x1122, 77, Op.UNLOCK, true, false, true, true, -5, 4321, 16, Long.MAX_VALUE);

  static Stream<PlockMessage> messages() {
    WaitEdge edge = new WaitEdge(new PlockOwner(255, -1), 9, 8, 3);
    List<WaitEdge> path = Collections.nCopies(DeadlockDetector.MAX_PATH, edge);
    Claim claim = new Claim(1, 2, 3, 4, 5, true, true);
    PlockConflict conflict = new PlockConflict(new PlockOwner(2, 3), 4, 5, 6, true);
    return Stream.of(
        REQUEST,
        new PlockMessage.Reply(1, 2, PlockResult.DEADLOCK, null),
        new PlockMessage.Reply(1, 2, PlockResult.GRANTED, conflict),
        new PlockMessage.NotOwner(1, 2),
        new PlockMessage.Cancel(1, 2),
        new PlockMessage.Promote(1, 2),
        new PlockMessage.Lookup(1, 2, 3),
        new PlockMessage.OwnerIs(1, 2, 255),
        new PlockMessage.Release(1, 2),
        new PlockMessage.SyncRequest(1, 2, Collections.nCopies(256, new PlockMember(9, -1))),
        new PlockMessage.SyncData(
            1, true, Collections.nCopies(64, 7L), Collections.nCopies(64, claim)),
        new PlockMessage.Ready(-1),
        new PlockMessage.ProbeOwner(1, 2, path),
        new PlockMessage.ProbeRequest(1, path),
        new PlockMessage.Confirm(1, 31, path));
  }

  private static ByteBuffer encode(PlockMessage message) {
    ByteBuffer out = ByteBuffer.allocate(PlockCodec.MAX_BYTES);
    PlockCodec.encode(new PlockEnvelope(3, 4, 5, 6, 7, message), out);
    return out.flip();
  }

  @ParameterizedTest
  @MethodSource("messages")
  void everyMessageComesBack(PlockMessage message) throws IOException {
    assertThat(PlockCodec.decode(encode(message)))
        .isEqualTo(new PlockEnvelope(3, 4, 5, 6, 7, message));
  }

  @ParameterizedTest
  @MethodSource("messages")
  void aShorterOrLongerMessageIsRefused(PlockMessage message) {
    ByteBuffer whole = encode(message);
    for (int length = 0; length < whole.limit(); length++) {
      ByteBuffer cut = whole.duplicate().limit(length);
      assertThatThrownBy(() -> PlockCodec.decode(cut)).isInstanceOf(IOException.class);
    }
    ByteBuffer longer = ByteBuffer.allocate(whole.limit() + 1).put(whole.duplicate()).rewind();
    assertThatThrownBy(() -> PlockCodec.decode(longer)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @MethodSource("messages")
  void damageGivesAnErrorOrAnotherWellFormedMessage(PlockMessage message) {
    SplittableRandom random = new SplittableRandom(1);
    ByteBuffer whole = encode(message);
    for (int i = 0; i < 2000; i++) {
      ByteBuffer damaged = ByteBuffer.allocate(whole.limit()).put(whole.duplicate()).rewind();
      damaged.put(random.nextInt(whole.limit()), (byte) random.nextInt(256));
      try {
        PlockEnvelope read = PlockCodec.decode(damaged);
        assertThat(PlockCodec.decode(encodeAgain(read))).isEqualTo(read);
      } catch (IOException expected) {
        assertThat(expected).hasMessageContaining("plock");
      }
    }
  }

  private static ByteBuffer encodeAgain(PlockEnvelope envelope) {
    ByteBuffer out = ByteBuffer.allocate(PlockCodec.MAX_BYTES);
    PlockCodec.encode(envelope, out);
    return out.flip();
  }
}
