package org.lockstepfs.fuse.alloc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.BitSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class BitmapTest {
  private static final int OFFSET = 64;

  private final ByteBuffer data = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);

  @Property(tries = 300)
  void agreesWithBitSet(
      @ForAll @IntRange(min = 1, max = 448 * 8) int bits,
      @ForAll @Size(max = 30) int[] seeds,
      @ForAll @IntRange(min = 1, max = 200) int max) {
    Bitmap bitmap = new Bitmap(data, OFFSET, bits);
    BitSet model = new BitSet(bits);
    bitmap.clear(0, bits);
    for (int seed : seeds) {
      int start = Math.floorMod(seed, bits);
      int count = Math.floorMod(seed >> 8, Math.min(150, bits - start)) + 1;
      if (count > bits - start) {
        count = bits - start;
      }
      boolean set = (seed & 1) == 0;
      model.set(start, start + count, set);
      if (set) {
        bitmap.set(start, count);
      } else {
        bitmap.clear(start, count);
      }
      assertThat(bitmap.isAll(start, count, set)).isTrue();
    }
    for (int i = 0; i < bits; i++) {
      assertThat(bitmap.get(i)).isEqualTo(model.get(i));
    }
    for (int from = 0; from < bits; from += 1 + bits / 50) {
      assertThat(bitmap.nextClear(from)).isEqualTo(Math.min(bits, model.nextClearBit(from)));
      int nextSet = model.nextSetBit(from);
      assertThat(bitmap.nextSet(from)).isEqualTo(nextSet < 0 ? bits : nextSet);
      check(bitmap.find(from, 1, max), model, bits, max);
    }
  }

  private static void check(Bitmap.Run run, BitSet model, int bits, int max) {
    int longest = 0;
    int at = model.nextClearBit(0);
    while (at < bits) {
      int end = model.nextSetBit(at) < 0 ? bits : model.nextSetBit(at);
      longest = Math.max(longest, end - at);
      at = model.nextClearBit(end);
    }
    int expected = Math.min(longest, max);
    assertThat(run == null ? 0 : run.count()).isEqualTo(expected);
    if (run != null) {
      int used = model.nextSetBit(run.start());
      assertThat(used < 0 || used >= run.start() + run.count()).isTrue();
    }
  }

  @Test
  void bitsLieLittleEndianInBytes() {
    new Bitmap(data, OFFSET, 100).set(10, 1);
    assertThat(data.get(OFFSET + 1)).isEqualTo((byte) 4);
  }

  @Test
  void findsNothingBelowTheMinimum() {
    Bitmap bitmap = new Bitmap(data, OFFSET, 10);
    bitmap.set(5, 1);
    assertThat(bitmap.find(0, 6, 6)).isNull();
    assertThat(bitmap.find(7, 3, 9)).isEqualTo(new Bitmap.Run(0, 5));
  }
}
