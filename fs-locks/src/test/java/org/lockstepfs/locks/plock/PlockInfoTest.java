package org.lockstepfs.locks.plock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.lockstepfs.locks.plock.PlockMessage.Op;

/** The record of the plock device: any comes back, damage is an error. */
class PlockInfoTest {
  private static final String VOLUME = "77D95EF51C0149D2823674FCC162CF8B";

  @Provide
  Arbitrary<PlockInfo> records() {
    Arbitrary<Boolean> flag = Arbitraries.of(true, false);
    Arbitrary<Long> offset = Arbitraries.longs().between(0, Long.MAX_VALUE);
    return Combinators.combine(
            Arbitraries.of(Op.class), flag, flag, flag, Arbitraries.integers(), offset, offset)
        .as(
            (op, ex, wait, close, number, a, b) ->
                new PlockInfo(
                    op,
                    ex,
                    wait,
                    close,
                    number,
                    ~number,
                    -number,
                    number * 31,
                    number * -77L,
                    Math.min(a, b),
                    Math.max(a, b),
                    a * 13));
  }

  private static ByteBuffer bytes(PlockInfo info, ByteOrder order) {
    ByteBuffer out = ByteBuffer.allocate(PlockInfo.BYTES).order(order);
    info.put(out);
    assertThat(out.remaining()).isZero();
    return out.flip();
  }

  @Property
  void everyRecordComesBack(@ForAll("records") PlockInfo info) throws IOException {
    assertThat(PlockInfo.get(bytes(info, ByteOrder.LITTLE_ENDIAN))).isEqualTo(info);
    assertThat(PlockInfo.get(bytes(info, ByteOrder.BIG_ENDIAN))).isEqualTo(info);
  }

  @Property
  void aShortRecordIsRefused(
      @ForAll("records") PlockInfo info, @ForAll @IntRange(max = PlockInfo.BYTES - 1) int length) {
    ByteBuffer cut = bytes(info, ByteOrder.LITTLE_ENDIAN).limit(length);
    assertThatThrownBy(() -> PlockInfo.get(cut))
        .isInstanceOf(IOException.class)
        .hasMessage("dlm_plock_info of " + length + " bytes, not 64");
  }

  /** Half of the records have a version and flags that will do, else hardly any came so far. */
  @Property
  void anyBytesAreARecordOrAnError(
      @ForAll @Size(PlockInfo.BYTES) byte[] hostile, @ForAll boolean likely) {
    ByteBuffer in = ByteBuffer.wrap(hostile.clone()).order(ByteOrder.LITTLE_ENDIAN);
    if (likely) {
      in.putInt(0, 1).putInt(4, 2).putInt(8, 0).putInt(12, in.getInt(12) & 0x01010103);
    }
    try {
      PlockInfo info = PlockInfo.get(in.duplicate().order(ByteOrder.LITTLE_ENDIAN));
      assertThat(bytes(info, ByteOrder.LITTLE_ENDIAN)).isEqualTo(in);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("plock");
    }
  }

  @Example
  void earlierMinorVersionsAreTakenOthersNot() throws IOException {
    ByteBuffer record = bytes(sample(), ByteOrder.LITTLE_ENDIAN);
    for (int minor = 0; minor <= 2; minor++) {
      assertThat(PlockInfo.get(record.putInt(4, minor).rewind())).isEqualTo(sample());
    }
    for (int minor : new int[] {3, -1}) {
      assertThatThrownBy(() -> PlockInfo.get(record.putInt(4, minor).rewind()))
          .hasMessage("dlm_plock_info version 1." + minor + ".0 is not 1.2.0");
    }
    assertThatThrownBy(() -> PlockInfo.get(record.putInt(0, 2).putInt(4, 0).rewind()))
        .hasMessage("dlm_plock_info version 2.0.0 is not 1.2.0");
  }

  private static PlockInfo sample() {
    return new PlockInfo(
        Op.UNLOCK, true, false, true, 4321, 3, -2, 0xABCD, 0x1122, 16, Long.MAX_VALUE, -5);
  }

  /** The bytes of a C program's struct dlm_plock_info on a little-endian machine. */
  @Example
  void theRecordIsDlmPlockInfo() {
    String expected =
        "010000000200000000000000"
            + "02010001"
            + "e1100000"
            + "03000000"
            + "feffffff"
            + "cdab0000"
            + "2211000000000000"
            + "1000000000000000"
            + "ffffffffffffff7f"
            + "fbffffffffffffff";
    byte[] bytes = bytes(sample(), ByteOrder.LITTLE_ENDIAN).array();
    assertThat(HexFormat.of().formatHex(bytes)).isEqualTo(expected);
  }

  /** Mountgroup and lockspace of a volume have different numbers; the old record has no flags. */
  @Example
  void theOldFramingIsTranslated() throws IOException {
    int lockspace = PlockFraming.DLM_PLOCK.fsid(VOLUME);
    int mountgroup = PlockFraming.LOCK_DLM_PLOCK.fsid(VOLUME);
    assertThat(mountgroup).isNotEqualTo(lockspace);
    PlockFraming.Translator translator = new PlockFraming.Translator();
    translator.add(VOLUME);
    PlockInfo request = sample().withFsid(lockspace);
    for (PlockFraming framing : PlockFraming.values()) {
      boolean old = framing == PlockFraming.LOCK_DLM_PLOCK;
      ByteBuffer out = ByteBuffer.allocate(PlockInfo.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      translator.put(request, framing, out);
      assertThat(out.getInt(4)).isEqualTo(old ? 1 : 2);
      assertThat(out.get(15)).isEqualTo((byte) (old ? 0 : 1));
      assertThat(out.getInt(28)).isEqualTo(old ? mountgroup : lockspace);
      assertThat(translator.get(framing, out.flip()).fsid()).isEqualTo(lockspace);
    }
    ByteBuffer strange = bytes(sample(), ByteOrder.LITTLE_ENDIAN);
    assertThat(translator.get(PlockFraming.DLM_PLOCK, strange)).isEqualTo(sample());
  }
}
