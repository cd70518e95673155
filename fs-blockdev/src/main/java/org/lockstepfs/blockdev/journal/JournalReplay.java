package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HashMap;
import java.util.Map;
import org.lockstepfs.blockdev.device.BlockDevice;

/**
 * Brings home what a journal's last user had committed but not checkpointed: our own after a crash,
 * or a dead node's. The log is empty afterwards. Running it again changes nothing.
 *
 * <p>Three passes, as the kernel's: find the last complete transaction, collect revoked blocks,
 * write the blocks home in order.
 *
 * <p>Source: Linux 6.1 fs/jbd2/recovery.c.
 */
public final class JournalReplay {
  private final BlockDevice device;
  private final int blockSize;
  private final JournalMap map;
  private final JournalSuperblock sb;
  private final Map<Long, Integer> revoked = new HashMap<>();
  private int blocks;
  private int skipped;

  private enum Pass {
    SCAN,
    REVOKE,
    REPLAY
  }

  /**
   * What a replay did.
   *
   * @param transactions complete transactions found
   * @param blocks blocks written home
   * @param skipped blocks left alone, because they were freed later
   */
  public record Result(int transactions, int blocks, int skipped) {}

  private JournalReplay(BlockDevice device, int blockSize, JournalMap map, JournalSuperblock sb) {
    this.device = device;
    this.blockSize = blockSize;
    this.map = map;
    this.sb = sb;
  }

  /**
   * Replays a journal and marks it empty, durably.
   *
   * @param map where the journal's blocks lie
   * @throws IOException if the journal is damaged, or the device fails
   */
  public static Result replay(BlockDevice device, int blockSize, JournalMap map)
      throws IOException {
    JournalSuperblock sb = JournalSuperblock.read(device, blockSize, map);
    return new JournalReplay(device, blockSize, map, sb).run();
  }

  private Result run() throws IOException {
    if (sb.start() == 0) {
      return new Result(0, 0, 0);
    }
    int first = sb.sequence();
    int end = walk(Pass.SCAN, Integer.MIN_VALUE);
    walk(Pass.REVOKE, end);
    walk(Pass.REPLAY, end);
    device.flush();
    // One id is left out, as the kernel does, so that remains of the log are never taken for new.
    sb.setTail(0, end + 1);
    sb.write(device, map);
    device.flush();
    return new Result(end - first, blocks, skipped);
  }

  /** Walks the log; returns the id behind the last complete transaction. */
  private int walk(Pass pass, int end) throws IOException {
    long at = sb.start();
    int id = sb.sequence();
    for (long seen = 0; seen < sb.blocks(); seen++) {
      if (pass != Pass.SCAN && id == end) {
        return id;
      }
      ByteBuffer block = readLog(at);
      if (block.getInt(0) != LogFormat.MAGIC || block.getInt(LogFormat.SEQUENCE) != id) {
        return id;
      }
      at = next(at);
      switch (block.getInt(LogFormat.TYPE)) {
        case LogFormat.DESCRIPTOR -> at = descriptor(pass, block, id, at);
        case LogFormat.COMMIT -> id++;
        case LogFormat.REVOKE -> {
          if (pass == Pass.REVOKE) {
            revoke(block, id);
          }
        }
        default -> {
          return id;
        }
      }
    }
    return id;
  }

  private long descriptor(Pass pass, ByteBuffer block, int id, long at) throws IOException {
    int tagBytes = LogFormat.tagBytes(sb);
    int end = blockSize - LogFormat.tailBytes(sb);
    for (int tag = LogFormat.HEADER; tag + tagBytes <= end; ) {
      int flags = Short.toUnsignedInt(block.getShort(tag + 6));
      if (pass == Pass.REPLAY) {
        restore(home(block, tag), id, at, (flags & LogFormat.TAG_ESCAPE) != 0);
      }
      at = next(at);
      tag += tagBytes + ((flags & LogFormat.TAG_SAME_UUID) != 0 ? 0 : LogFormat.UUID_BYTES);
      if ((flags & LogFormat.TAG_LAST) != 0) {
        break;
      }
    }
    return at;
  }

  private long home(ByteBuffer block, int tag) {
    long low = Integer.toUnsignedLong(block.getInt(tag));
    return sb.has(JournalSuperblock.INCOMPAT_64BIT)
        ? low | Integer.toUnsignedLong(block.getInt(tag + 8)) << 32
        : low;
  }

  private void restore(long home, int id, long at, boolean escaped) throws IOException {
    Integer freedIn = revoked.get(home);
    if (freedIn != null && freedIn - id >= 0) {
      skipped++;
      return;
    }
    ByteBuffer copy = readLog(at);
    if (escaped) {
      copy.putInt(0, LogFormat.MAGIC);
    }
    device.write(home * blockSize, copy.clear());
    blocks++;
  }

  private void revoke(ByteBuffer block, int id) throws IOException {
    int bytes = LogFormat.revokeBytes(sb);
    int end = block.getInt(LogFormat.REVOKE_COUNT);
    if (end < LogFormat.REVOKE_RECORDS || end > blockSize) {
      throw new IOException(device.name() + ": revoke block of transaction " + id + " is damaged");
    }
    for (int at = LogFormat.REVOKE_RECORDS; at + bytes <= end; at += bytes) {
      long freed =
          bytes == Long.BYTES ? block.getLong(at) : Integer.toUnsignedLong(block.getInt(at));
      revoked.merge(freed, id, (a, b) -> a - b >= 0 ? a : b);
    }
  }

  private long next(long at) {
    return at + 1 == sb.blocks() ? sb.first() : at + 1;
  }

  private ByteBuffer readLog(long at) throws IOException {
    ByteBuffer block = ByteBuffer.allocate(blockSize).order(ByteOrder.BIG_ENDIAN);
    device.read(map.physical(at) * blockSize, block);
    return block.clear();
  }
}
