package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Walks the log from its tail and collects what its complete transactions hold: the passes SCAN and
 * REVOKE of the kernel's recovery in one.
 *
 * <p>The walk ends at the first block that is no control block of the expected transaction; what
 * came after the last commit block does not count. Source: Linux 6.1 fs/jbd2/recovery.c,
 * do_one_pass.
 */
final class LogScan {
  /** One logged copy of a metadata block. */
  record Copy(long block, int tid, int position, boolean escaped) {}

  private final LogReader reader;
  private final LogRing ring;
  private final LogLayout layout;
  private final String where;

  private final List<Copy> copies = new ArrayList<>();
  private final Map<Long, Integer> revokes = new HashMap<>();
  private final List<Copy> openCopies = new ArrayList<>();
  private final List<Long> openRevokes = new ArrayList<>();
  private int tid;
  private int position;
  private int walked;
  private int transactions;

  private LogScan(LogReader reader, LogRing ring, LogLayout layout, String where) {
    this.reader = reader;
    this.ring = ring;
    this.layout = layout;
    this.where = where;
  }

  /**
   * Walks the log that {@code superblock} points at.
   *
   * @throws IOException if a complete-looking control block contradicts itself
   */
  static LogScan run(LogReader reader, JournalSuperblock superblock, String where)
      throws IOException {
    LogScan scan = new LogScan(reader, LogRing.of(superblock), superblock.layout(), where);
    scan.tid = superblock.sequence();
    scan.position = superblock.start();
    if (scan.position != 0) {
      scan.walk();
    }
    return scan;
  }

  private void walk() throws IOException {
    while (walked < ring.length()) {
      int at = position;
      ByteBuffer block = reader.block(at);
      if (!LogBlock.hasMagic(block) || LogBlock.tid(block) != tid) {
        return;
      }
      step(1);
      switch (LogBlock.type(block)) {
        case LogBlock.DESCRIPTOR -> readTags(block);
        case LogBlock.REVOKE -> readRevokes(block, at);
        case LogBlock.COMMIT -> endTransaction();
        default -> {
          return;
        }
      }
    }
  }

  private void step(int blocks) {
    position = ring.advance(position, blocks);
    walked += blocks;
  }

  private void readTags(ByteBuffer block) {
    int at = LogBlock.HEADER_BYTES;
    while (at + layout.tagBytes() <= layout.blockSize() && walked < ring.length()) {
      int flags = Short.toUnsignedInt(block.getShort(at + 6));
      long number = Integer.toUnsignedLong(block.getInt(at));
      if (layout.wide()) {
        number |= (long) block.getInt(at + 8) << Integer.SIZE;
      }
      openCopies.add(new Copy(number, tid, position, (flags & LogBlock.FLAG_ESCAPE) != 0));
      step(1);
      if ((flags & LogBlock.FLAG_LAST_TAG) != 0) {
        return;
      }
      at += layout.tagBytes();
      if ((flags & LogBlock.FLAG_SAME_UUID) == 0) {
        at += LogBlock.UUID_BYTES;
      }
    }
  }

  private void readRevokes(ByteBuffer block, int at) throws IOException {
    int used = block.getInt(LogBlock.REVOKE_COUNT);
    if (used < LogBlock.REVOKE_RECORDS || used > layout.blockSize()) {
      throw new IOException(where + ": log block " + at + ": r_count " + used);
    }
    int bytes = layout.revokeRecordBytes();
    for (int i = LogBlock.REVOKE_RECORDS; i + bytes <= used; i += bytes) {
      openRevokes.add(layout.wide() ? block.getLong(i) : Integer.toUnsignedLong(block.getInt(i)));
    }
  }

  private void endTransaction() {
    copies.addAll(openCopies);
    openCopies.clear();
    for (long block : openRevokes) {
      revokes.put(block, tid);
    }
    openRevokes.clear();
    transactions++;
    tid++;
  }

  /** Returns every logged copy, oldest first. */
  List<Copy> copies() {
    return copies;
  }

  /** Returns whether a copy's own transaction or a later one revoked it. */
  boolean isRevoked(Copy copy) {
    Integer revokedIn = revokes.get(copy.block());
    return revokedIn != null && Tid.isAtLeast(revokedIn, copy.tid());
  }

  /** Returns the number of complete transactions. */
  int transactions() {
    return transactions;
  }

  /** Returns the id that the first missing or incomplete transaction has. */
  int endTid() {
    return tid;
  }
}
