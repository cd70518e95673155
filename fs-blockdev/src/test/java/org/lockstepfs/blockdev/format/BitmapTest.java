package org.lockstepfs.blockdev.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.BitSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BitmapTest {
  private static final int BITS = 75;
  private static final int START = 3;

  @Property(tries = 300)
  void agreesWithBitSet(@ForAll @Size(min = 13, max = 13) byte[] bytes) {
    Bitmap bitmap = new Bitmap(ByteBuffer.wrap(bytes), START, BITS);
    BitSet model = model(bytes);
    assertThat(bitmap.cardinality()).isEqualTo(model.cardinality());
    for (int from = 0; from <= BITS; from++) {
      int set = model.nextSetBit(from);
      assertThat(bitmap.nextSet(from)).isEqualTo(set < 0 ? BITS : set);
      assertThat(bitmap.nextClear(from)).isEqualTo(Math.min(model.nextClearBit(from), BITS));
    }
  }

  @Property(tries = 300)
  void setAndClearTouchExactlyTheRange(
      @ForAll @Size(min = 13, max = 13) byte[] bytes,
      @ForAll @IntRange(max = BITS) int a,
      @ForAll @IntRange(max = BITS) int b,
      @ForAll boolean set) {
    int from = Math.min(a, b);
    int to = Math.max(a, b);
    BitSet model = model(bytes);
    byte[] outside = bytes.clone();
    Bitmap bitmap = new Bitmap(ByteBuffer.wrap(bytes), START, BITS);
    model.set(from, to, set);
    if (set) {
      bitmap.set(from, to - from);
    } else {
      bitmap.clear(from, to - from);
    }
    assertThat(model(bytes)).isEqualTo(model);
    assertThat(bitmap.cardinality(from, to - from)).isEqualTo(set ? to - from : 0);
    assertThat(bytes).startsWith(outside[0], outside[1], outside[2]);
    assertThat(bytes[12] & 0xF8).isEqualTo(outside[12] & 0xF8);
  }

  @Property(tries = 300)
  void findsTheFirstRunOfTheWantedLengthElseTheLongest(
      @ForAll @Size(min = 13, max = 13) byte[] bytes,
      @ForAll @IntRange(min = 1, max = 9) int wanted) {
    Bitmap bitmap = new Bitmap(ByteBuffer.wrap(bytes), START, BITS);
    Bitmap.Run run = bitmap.findClear(0, BITS, wanted);
    assertThat(bitmap.cardinality(run.start(), run.count())).isZero();
    assertThat(run.count()).isLessThanOrEqualTo(wanted);
    int limit = run.count() == wanted ? run.start() + wanted - 1 : BITS;
    int better = run.count() == wanted ? wanted : run.count() + 1;
    for (int start = 0; start + better <= limit; start++) {
      assertThat(bitmap.cardinality(start, better)).as("from %d", start).isPositive();
    }
  }

  @Test
  void refusesBitsOutside() {
    Bitmap bitmap = new Bitmap(ByteBuffer.allocate(16), 0, 20);
    assertThatThrownBy(() -> bitmap.get(20)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> bitmap.set(18, 3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static BitSet model(byte[] bytes) {
    return BitSet.valueOf(ByteBuffer.wrap(bytes, START, bytes.length - START)).get(0, BITS);
  }
}
