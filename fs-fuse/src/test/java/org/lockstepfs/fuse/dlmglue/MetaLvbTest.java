package org.lockstepfs.fuse.dlmglue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.lockstepfs.fuse.vfs.TimeSpec;

/** Guards the layout that kernel nodes read, and the rule by which a value block is believed. */
final class MetaLvbTest {

  private static final MetaLvb SAMPLE =
      new MetaLvb(
          0x0109,
          0x11223344,
          1000,
          1001,
          new TimeSpec(1, 2),
          new TimeSpec(0x3_ffff_ffffL, 999_999_999),
          new TimeSpec(1_700_000_000L, 5),
          0x1122334455667788L,
          0100644,
          2,
          0x10,
          0xcafebabe);

  @Test
  void fieldsLieWhereTheKernelPutsThem() {
    byte[] lvb = new byte[64];
    SAMPLE.pack(lvb);

    assertThat(HexFormat.of().formatHex(lvb))
        .isEqualTo(
            "05000109"
                + "11223344"
                + "000003e8"
                + "000003e9"
                + "0000000040000002"
                + "fffffffffb9ac9ff"
                + "1954fc4000000005"
                + "1122334455667788"
                + "81a40002"
                + "00000010"
                + "cafebabe"
                + "00000000");
  }

  @Test
  void onlyTheRightVersionAndGenerationAreTrusted() {
    byte[] lvb = new byte[64];
    assertThat(MetaLvb.trusted(lvb, 0)).as("never written").isEmpty();
    assertThat(MetaLvb.trusted(null, 0)).as("not vouched for").isEmpty();

    SAMPLE.pack(lvb);
    assertThat(MetaLvb.trusted(lvb, 0xcafebabe)).contains(SAMPLE);
    assertThat(MetaLvb.trusted(lvb, 0xcafebabf)).as("another generation").isEmpty();
    lvb[0] = 4;
    assertThat(MetaLvb.trusted(lvb, 0xcafebabe)).as("another version").isEmpty();

    SAMPLE.pack(lvb);
    MetaLvb.packDeleted(lvb);
    assertThat(MetaLvb.trusted(lvb, 0xcafebabe)).as("deleted").isEmpty();
    assertThatThrownBy(() -> SAMPLE.pack(new byte[32]))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void timesOutsideTheRangeAreCutOff() {
    MetaLvb early = withMtime(new TimeSpec(-5, 7));
    MetaLvb late = withMtime(new TimeSpec(1L << 40, 7));

    assertThat(reread(early).mtime()).isEqualTo(new TimeSpec(0, 7));
    assertThat(reread(late).mtime()).isEqualTo(new TimeSpec((1L << 34) - 1, 7));
  }

  @Property(tries = 300)
  void whatIsPackedComesBack(
      @ForAll @IntRange(max = 65535) int small,
      @ForAll int word,
      @ForAll long size,
      @ForAll @LongRange(max = (1L << 34) - 1) long seconds,
      @ForAll @IntRange(max = 999_999_999) int nanos) {
    TimeSpec time = new TimeSpec(seconds, nanos);
    MetaLvb lvb =
        new MetaLvb(
            small, word, ~word, word, time, time, time, size, small, 65535 - small, word, ~word);

    assertThat(reread(lvb)).isEqualTo(lvb);
  }

  private static MetaLvb reread(MetaLvb lvb) {
    byte[] bytes = new byte[64];
    lvb.pack(bytes);
    return MetaLvb.trusted(bytes, lvb.generation()).orElseThrow();
  }

  private static MetaLvb withMtime(TimeSpec mtime) {
    TimeSpec zero = new TimeSpec(0, 0);
    return new MetaLvb(0, 0, 0, 0, zero, zero, mtime, 0, 0, 1, 0, 1);
  }
}
