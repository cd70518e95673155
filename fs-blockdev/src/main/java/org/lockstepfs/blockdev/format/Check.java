package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/** The checks that every structure shares. */
final class Check {
  private Check() {}

  /** Insists on a little-endian buffer, which every view relies on; a programming error else. */
  static ByteBuffer littleEndian(ByteBuffer block) {
    if (block.order() != ByteOrder.LITTLE_ENDIAN) {
      throw new IllegalArgumentException("a metadata block must be little-endian");
    }
    return block;
  }

  /** Compares the eight signature bytes, read as one little-endian word. */
  static void signature(ByteBuffer block, long blkno, String field, long expected)
      throws CorruptBlockException {
    if (block.getLong(0) != expected) {
      byte[] found = new byte[8];
      block.get(0, found);
      throw new CorruptBlockException(blkno, field, "bad signature \"" + printable(found) + '"');
    }
  }

  static void equal(long blkno, String field, long found, long expected)
      throws CorruptBlockException {
    if (found != expected) {
      throw new CorruptBlockException(
          blkno,
          field,
          Long.toUnsignedString(found) + ", expected " + Long.toUnsignedString(expected));
    }
  }

  static void atMost(long blkno, String field, long found, long limit)
      throws CorruptBlockException {
    if (found > limit) {
      throw new CorruptBlockException(blkno, field, found + " exceeds " + limit);
    }
  }

  static void that(boolean holds, long blkno, String field, String problem)
      throws CorruptBlockException {
    if (!holds) {
      throw new CorruptBlockException(blkno, field, problem);
    }
  }

  /** Returns up to eight ASCII characters as the little-endian word that stands on disk. */
  static long word(String signature) {
    byte[] bytes = signature.getBytes(StandardCharsets.US_ASCII);
    long word = 0;
    for (int i = 0; i < bytes.length; i++) {
      word |= (bytes[i] & 0xFFL) << (8 * i);
    }
    return word;
  }

  private static String printable(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      if (b == 0) {
        break;
      }
      text.append(b > ' ' && b < 0x7F ? (char) b : '.');
    }
    return text.toString();
  }
}
