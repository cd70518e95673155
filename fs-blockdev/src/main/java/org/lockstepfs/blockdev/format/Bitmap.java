package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;
import java.util.Objects;

/**
 * A little-endian bitmap inside a block: bit {@code n} is bit {@code n % 8} of byte {@code n / 8}.
 * A set bit is in use.
 *
 * <p>Source: the kernel's {@code ocfs2_set_bit} family (fs/ocfs2/ocfs2.h).
 */
public final class Bitmap {
  private final ByteBuffer block;
  private final int start;
  private final int bits;

  Bitmap(ByteBuffer block, int start, int bits) {
    this.block = block;
    this.start = start;
    this.bits = bits;
  }

  /** Returns the number of bits. */
  public int size() {
    return bits;
  }

  /** Returns whether a bit is set. */
  public boolean get(int bit) {
    return (block.get(byteOf(bit)) >> (bit & 7) & 1) != 0;
  }

  /** Sets {@code count} bits from {@code from}. */
  public void set(int from, int count) {
    checkRange(from, count);
    for (int bit = from; bit < from + count; ) {
      int at = byteOf(bit);
      int width = Math.min(8 - (bit & 7), from + count - bit);
      block.put(at, (byte) (block.get(at) | mask(bit, width)));
      bit += width;
    }
  }

  /** Clears {@code count} bits from {@code from}. */
  public void clear(int from, int count) {
    checkRange(from, count);
    for (int bit = from; bit < from + count; ) {
      int at = byteOf(bit);
      int width = Math.min(8 - (bit & 7), from + count - bit);
      block.put(at, (byte) (block.get(at) & ~mask(bit, width)));
      bit += width;
    }
  }

  /** Returns the number of set bits. */
  public int cardinality() {
    return cardinality(0, bits);
  }

  /** Returns the number of set bits among {@code count} bits from {@code from}. */
  public int cardinality(int from, int count) {
    checkRange(from, count);
    int set = 0;
    for (int bit = from; bit < from + count; ) {
      int width = Math.min(8 - (bit & 7), from + count - bit);
      set += Integer.bitCount(block.get(byteOf(bit)) & mask(bit, width));
      bit += width;
    }
    return set;
  }

  /** Returns the first clear bit from {@code from} on, or {@link #size}. */
  public int nextClear(int from) {
    return next(from, 0xFF);
  }

  /** Returns the first set bit from {@code from} on, or {@link #size}. */
  public int nextSet(int from) {
    return next(from, 0);
  }

  /**
   * Finds a run of clear bits: the first with at least {@code wanted} bits, else the longest.
   *
   * @param from where to look first
   * @param limit bits from here on are not looked at
   * @param wanted a longer run is cut to this many bits
   * @return the run; its count is 0 when nothing is clear
   */
  public Run findClear(int from, int limit, int wanted) {
    int end = Math.min(limit, bits);
    int bestStart = 0;
    int bestCount = 0;
    for (int bit = nextClear(from); bit < end; ) {
      int stop = Math.min(nextSet(bit), end);
      int count = Math.min(stop - bit, wanted);
      if (count > bestCount) {
        bestStart = bit;
        bestCount = count;
        if (count == wanted) {
          break;
        }
      }
      bit = nextClear(stop);
    }
    return new Run(bestStart, bestCount);
  }

  /**
   * Consecutive bits.
   *
   * @param start first bit
   * @param count number of bits
   */
  public record Run(int start, int count) {}

  /** Skips whole bytes that equal {@code skip}, then looks bit by bit. */
  private int next(int from, int skip) {
    int bit = from;
    while (bit < bits) {
      int octet = (block.get(byteOf(bit)) ^ skip) & 0xFF;
      int rest = octet >> (bit & 7);
      if (rest != 0) {
        return Math.min(bit + Integer.numberOfTrailingZeros(rest), bits);
      }
      bit = (bit | 7) + 1;
    }
    return bits;
  }

  private void checkRange(int from, int count) {
    Objects.checkFromIndexSize(from, count, bits);
  }

  private int byteOf(int bit) {
    if (bit < 0 || bit >= bits) {
      throw new IndexOutOfBoundsException("bit " + bit + " of " + bits);
    }
    return start + (bit >> 3);
  }

  private static int mask(int bit, int width) {
    return ((1 << width) - 1) << (bit & 7);
  }
}
