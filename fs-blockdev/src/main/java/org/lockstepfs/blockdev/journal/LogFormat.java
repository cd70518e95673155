package org.lockstepfs.blockdev.journal;

/**
 * Layout of JBD2's log blocks; everything is big-endian.
 *
 * <pre>
 *   header       00 magic u32   04 type u32   08 sequence u32
 *   descriptor   0C tags: block u32, checksum u16, flags u16 [, block high u32] [, uuid 16]
 *   commit       0C checksum fields   30 seconds u64   38 nanoseconds u32
 *   revoke       0C bytes used u32   10 blocks, u32 or u64 each
 * </pre>
 *
 * <p>Source: Linux 6.1 include/linux/jbd2.h.
 */
final class LogFormat {
  static final int MAGIC = 0xC03B3998;
  static final int DESCRIPTOR = 1;
  static final int COMMIT = 2;
  static final int SUPERBLOCK_V1 = 3;
  static final int SUPERBLOCK_V2 = 4;
  static final int REVOKE = 5;

  static final int TYPE = 4;
  static final int SEQUENCE = 8;
  static final int HEADER = 12;

  static final int TAG_ESCAPE = 1;
  static final int TAG_SAME_UUID = 2;
  static final int TAG_LAST = 8;
  static final int UUID_BYTES = 16;

  static final int COMMIT_SECONDS = 48;
  static final int COMMIT_NANOS = 56;

  static final int REVOKE_COUNT = 12;
  static final int REVOKE_RECORDS = 16;

  private LogFormat() {}

  /** Returns the size of a descriptor's tag without UUID. */
  static int tagBytes(JournalSuperblock sb) {
    if (sb.has(JournalSuperblock.INCOMPAT_CSUM_V3)) {
      return 16;
    }
    int bytes = sb.has(JournalSuperblock.INCOMPAT_64BIT) ? 12 : 8;
    return sb.has(JournalSuperblock.INCOMPAT_CSUM_V2) ? bytes + 2 : bytes;
  }

  /** Returns how many bytes at the end of descriptor and revoke blocks are taken by a checksum. */
  static int tailBytes(JournalSuperblock sb) {
    return sb.has(JournalSuperblock.INCOMPAT_CSUM_V2 | JournalSuperblock.INCOMPAT_CSUM_V3) ? 4 : 0;
  }

  /** Returns the size of a revoke record. */
  static int revokeBytes(JournalSuperblock sb) {
    return sb.has(JournalSuperblock.INCOMPAT_64BIT) ? Long.BYTES : Integer.BYTES;
  }
}
