package org.lockstepfs.blockdev.format;

/**
 * CRC-32 (polynomial EDB88320, bits reflected) without inversion before or after, so that the
 * caller chooses the seed. {@code java.util.zip.CRC32} inverts both and starts from zero only.
 *
 * <p>Source: lib/crc32.c, crc32_le.
 */
final class Crc32Le {
  private static final int POLYNOMIAL = 0xEDB88320;
  private static final int[] TABLE = table();

  private Crc32Le() {}

  static int update(int crc, int octet) {
    return TABLE[(crc ^ octet) & 0xFF] ^ crc >>> 8;
  }

  private static int[] table() {
    int[] table = new int[256];
    for (int i = 0; i < table.length; i++) {
      int crc = i;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 1) != 0 ? crc >>> 1 ^ POLYNOMIAL : crc >>> 1;
      }
      table[i] = crc;
    }
    return table;
  }
}
