package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Block 0 of a journal file, version 2. All fields are big-endian.
 *
 * <pre>
 *  0 header        12 block size   16 length of the file in blocks   20 first log block
 * 24 transaction id expected at start   28 start of the log, 0 = log empty   32 errno
 * 36 compat   40 incompat   44 ro-compat   48 uuid   64 users   80 checksum type   252 checksum
 * </pre>
 *
 * <p>Source: Linux 6.1 include/linux/jbd2.h, fs/jbd2/journal.c.
 */
public final class JournalSuperblock {
  /** Incompat feature: the log may hold revoke blocks. */
  public static final int INCOMPAT_REVOKE = 1;

  /** Incompat feature: block numbers have 64 bits. */
  public static final int INCOMPAT_64BIT = 2;

  private static final int INCOMPAT_ASYNC_COMMIT = 4;
  private static final int SUPPORTED = INCOMPAT_REVOKE | INCOMPAT_64BIT | INCOMPAT_ASYNC_COMMIT;
  private static final String[] FEATURE_NAMES = {
    "revoke", "64bit", "async_commit", "csum_v2", "csum_v3", "fast_commit"
  };

  private static final int BLOCK_SIZE = 12;
  private static final int MAX_LENGTH = 16;
  private static final int FIRST = 20;
  private static final int SEQUENCE = 24;
  private static final int START = 28;
  private static final int COMPAT = 36;
  private static final int INCOMPAT = 40;
  private static final int RO_COMPAT = 44;
  private static final int UUID = 48;
  private static final int USERS = 64;
  private static final int STRUCTURE_BYTES = 1024;

  /** A shorter log has no room for two transactions and their control blocks. */
  private static final int MIN_LOG_BLOCKS = 32;

  private final ByteBuffer block;

  private JournalSuperblock(ByteBuffer block) {
    this.block = block;
  }

  /**
   * Fills {@code block} with the superblock of an empty journal, for mkfs, which zeroes the rest of
   * the file.
   *
   * @param block one volume block; its byte order is left as it is
   * @param journalBlocks length of the journal file in volume blocks
   * @param wide whether the volume has more than 2^32 blocks
   * @param uuid 16 bytes; OCFS2 puts the volume's own uuid here
   */
  public static void format(ByteBuffer block, int journalBlocks, boolean wide, byte[] uuid) {
    ByteBuffer view = block.duplicate().clear().order(ByteOrder.BIG_ENDIAN);
    for (int i = 0; i < view.capacity(); i++) {
      view.put(i, (byte) 0);
    }
    view.putInt(0, LogBlock.MAGIC).putInt(4, LogBlock.SUPERBLOCK_V2);
    view.putInt(BLOCK_SIZE, view.capacity()).putInt(MAX_LENGTH, journalBlocks);
    // The structure has 1024 bytes, so blocks of 512 keep their second one free.
    view.putInt(FIRST, Math.max(1, STRUCTURE_BYTES / view.capacity()));
    view.putInt(SEQUENCE, 1).putInt(START, 0);
    view.putInt(INCOMPAT, wide ? INCOMPAT_64BIT : 0);
    view.put(UUID, uuid, 0, LogBlock.UUID_BYTES).putInt(USERS, 1);
  }

  /**
   * Reads and checks a superblock.
   *
   * @throws IOException naming the damaged field or the feature that is not supported
   */
  static JournalSuperblock parse(ByteBuffer contents, String device) throws IOException {
    JournalSuperblock sb = new JournalSuperblock(contents.duplicate().order(ByteOrder.BIG_ENDIAN));
    String where = device + ": journal superblock: ";
    int type = LogBlock.type(sb.block);
    if (!LogBlock.hasMagic(sb.block)) {
      throw new IOException(where + "no JBD2 magic");
    }
    if (type != LogBlock.SUPERBLOCK_V2) {
      throw new IOException(where + "s_blocktype " + type + " is not a version 2 superblock");
    }
    if (sb.block.getInt(BLOCK_SIZE) != sb.block.capacity()) {
      throw new IOException(
          where + "s_blocksize " + sb.block.getInt(BLOCK_SIZE) + ", not the volume's");
    }
    sb.checkBounds(where);
    sb.checkFeatures(where);
    return sb;
  }

  private void checkBounds(String where) throws IOException {
    if (first() < 1 || maxLength() - first() < MIN_LOG_BLOCKS) {
      throw new IOException(where + "s_first " + first() + ", s_maxlen " + maxLength());
    }
    if (start() != 0 && (start() < 1 || start() >= maxLength())) {
      throw new IOException(where + "s_start " + start() + " lies outside the log");
    }
  }

  private void checkFeatures(String where) throws IOException {
    int unknown = incompat() & ~SUPPORTED;
    if (unknown != 0) {
      int bit = Integer.numberOfTrailingZeros(unknown);
      String name = bit < FEATURE_NAMES.length ? FEATURE_NAMES[bit] : "bit " + bit;
      throw new IOException(where + "incompat feature " + name + " is not supported");
    }
    if (block.getInt(RO_COMPAT) != 0) {
      throw new IOException(
          where + "ro-compat features " + Integer.toHexString(block.getInt(RO_COMPAT)));
    }
  }

  /** Returns the whole block, for writing. */
  ByteBuffer contents() {
    return block.duplicate().clear();
  }

  int maxLength() {
    return block.getInt(MAX_LENGTH);
  }

  int first() {
    return block.getInt(FIRST);
  }

  int sequence() {
    return block.getInt(SEQUENCE);
  }

  int start() {
    return block.getInt(START);
  }

  int incompat() {
    return block.getInt(INCOMPAT);
  }

  byte[] uuid() {
    byte[] uuid = new byte[LogBlock.UUID_BYTES];
    block.get(UUID, uuid);
    return uuid;
  }

  /** Sets where a replay starts and the transaction id it expects there. */
  void setTail(int sequence, int start) {
    block.putInt(SEQUENCE, sequence).putInt(START, start);
  }

  /** Sets the features this implementation writes; only while the log is empty. */
  void setFeatures(int incompat) {
    block.putInt(COMPAT, 0).putInt(INCOMPAT, incompat);
  }

  LogLayout layout() {
    return new LogLayout(block.capacity(), (incompat() & INCOMPAT_64BIT) != 0);
  }
}
