package org.lockstepfs.blockdev.journal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The control blocks of the log. All fields are big-endian.
 *
 * <pre>
 * every block     0 be32 magic   4 be32 type   8 be32 transaction id
 * descriptor     12 tags: be32 block, be16 checksum (unused), be16 flags, [be32 block high];
 *                   16 bytes uuid follow a tag without SAME_UUID
 * revoke         12 be32 bytes used, then be32 or be64 block numbers
 * commit         48 be64 seconds   56 be32 nanoseconds
 * </pre>
 *
 * <p>Source: Linux 6.1 include/linux/jbd2.h.
 */
final class LogBlock {
  static final int MAGIC = 0xc03b3998;
  static final int DESCRIPTOR = 1;
  static final int COMMIT = 2;
  static final int SUPERBLOCK_V1 = 3;
  static final int SUPERBLOCK_V2 = 4;
  static final int REVOKE = 5;

  static final int FLAG_ESCAPE = 1;
  static final int FLAG_SAME_UUID = 2;
  static final int FLAG_LAST_TAG = 8;

  static final int HEADER_BYTES = 12;
  static final int UUID_BYTES = 16;
  static final int REVOKE_COUNT = 12;
  static final int REVOKE_RECORDS = 16;
  static final int COMMIT_SECONDS = 48;
  static final int COMMIT_NANOS = 56;

  private LogBlock() {}

  /** Returns a zeroed control block with its header. */
  static ByteBuffer create(int blockSize, int type, int tid) {
    ByteBuffer block = ByteBuffer.allocate(blockSize).order(ByteOrder.BIG_ENDIAN);
    return block.putInt(0, MAGIC).putInt(4, type).putInt(8, tid);
  }

  static boolean hasMagic(ByteBuffer block) {
    return block.getInt(0) == MAGIC;
  }

  static int type(ByteBuffer block) {
    return block.getInt(4);
  }

  static int tid(ByteBuffer block) {
    return block.getInt(8);
  }
}
