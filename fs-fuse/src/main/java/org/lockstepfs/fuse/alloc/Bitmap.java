package org.lockstepfs.fuse.alloc;

import java.nio.ByteBuffer;

/**
 * Bits inside a little-endian block: bit n is bit {@code n % 8} of byte {@code n / 8}, set if in
 * use. Searches go by 64-bit words; the bitmap starts at a multiple of 8 in its block.
 */
final class Bitmap {
  /**
   * Adjacent clear bits.
   *
   * @param start first bit
   * @param count number of bits
   */
  record Run(int start, int count) {}

  private final ByteBuffer data;
  private final int offset;
  private final int bits;

  /**
   * Opens a bitmap.
   *
   * @param offset byte offset in {@code data}
   * @param bits number of valid bits
   */
  Bitmap(ByteBuffer data, int offset, int bits) {
    this.data = data;
    this.offset = offset;
    this.bits = bits;
  }

  int bits() {
    return bits;
  }

  boolean get(int bit) {
    return (data.get(offset + (bit >> 3)) >> (bit & 7) & 1) != 0;
  }

  /** Returns the first clear bit from {@code from} on, {@link #bits} if there is none. */
  int nextClear(int from) {
    return next(from, -1L);
  }

  /** Returns the first set bit from {@code from} on, {@link #bits} if there is none. */
  int nextSet(int from) {
    return next(from, 0L);
  }

  private int next(int from, long flip) {
    if (from >= bits) {
      return bits;
    }
    int word = from >> 6;
    long found = (data.getLong(offset + word * 8) ^ flip) & -1L << (from & 63);
    while (found == 0) {
      word++;
      if (word << 6 >= bits) {
        return bits;
      }
      found = data.getLong(offset + word * 8) ^ flip;
    }
    return Math.min(bits, (word << 6) + Long.numberOfTrailingZeros(found));
  }

  /** Returns whether all bits of a range are set (or all clear). */
  boolean isAll(int start, int count, boolean set) {
    return (set ? nextClear(start) : nextSet(start)) >= start + count;
  }

  void set(int start, int count) {
    fill(start, count, true);
  }

  void clear(int start, int count) {
    fill(start, count, false);
  }

  private void fill(int start, int count, boolean value) {
    int bit = start;
    int end = start + count;
    while (bit < end) {
      int at = offset + (bit >> 6) * 8;
      int upTo = Math.min(end, (bit | 63) + 1);
      long mask = -1L << (bit & 63);
      if ((upTo & 63) != 0) {
        mask &= ~(-1L << (upTo & 63));
      }
      long word = data.getLong(at);
      data.putLong(at, value ? word | mask : word & ~mask);
      bit = upTo;
    }
  }

  /**
   * Finds clear bits: the first run of {@code max} from {@code from} on and then from the start,
   * else the longest run of at least {@code min}; null if there is none.
   */
  Run find(int from, int min, int max) {
    Run best = longest(from, bits, max);
    if (from > 0 && (best == null || best.count() < max)) {
      Run wrapped = longest(0, bits, max);
      if (wrapped != null && (best == null || wrapped.count() > best.count())) {
        best = wrapped;
      }
    }
    return best == null || best.count() < min ? null : best;
  }

  private Run longest(int from, int to, int enough) {
    Run best = null;
    int start = nextClear(from);
    while (start < to) {
      int end = nextSet(start);
      if (best == null || end - start > best.count()) {
        best = new Run(start, Math.min(end - start, enough));
        if (best.count() == enough) {
          return best;
        }
      }
      start = nextClear(end);
    }
    return best;
  }
}
