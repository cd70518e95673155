package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Instant;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/**
 * Writes transactions into the log, one block behind the other around the ring, gathered into large
 * writes. Guarded by the journal's I/O lock.
 *
 * <p>Source: Linux 6.1 fs/jbd2/commit.c, revoke.c.
 */
final class LogWriter {
  private static final int GATHER_BYTES = 1 << 20;

  private final BlockDevice device;
  private final int blockSize;
  private final JournalMap map;
  private final JournalSuperblock sb;
  private final ByteBuffer gather =
      NativeBuffers.allocate(GATHER_BYTES).order(ByteOrder.BIG_ENDIAN);
  private long gatherStart;
  private long head;

  LogWriter(BlockDevice device, int blockSize, JournalMap map, JournalSuperblock sb, long head) {
    this.device = device;
    this.blockSize = blockSize;
    this.map = map;
    this.sb = sb;
    this.head = head;
  }

  /** Returns the log block that is written next. */
  long head() {
    return head;
  }

  /** Returns how many log blocks a transaction takes, commit block included. */
  int blocksFor(int images, int revokes) {
    int tags = (blockSize - LogFormat.HEADER - LogFormat.UUID_BYTES) / LogFormat.tagBytes(sb);
    int records = (blockSize - LogFormat.REVOKE_RECORDS) / LogFormat.revokeBytes(sb);
    return images + (images + tags - 1) / tags + (revokes + records - 1) / records + 1;
  }

  /** Writes everything of a transaction but its commit block. */
  void writeBody(int id, List<Image> images, Collection<Long> revoked) throws IOException {
    gather.clear();
    writeRevokes(id, revoked.iterator());
    int perDescriptor =
        (blockSize - LogFormat.HEADER - LogFormat.UUID_BYTES) / LogFormat.tagBytes(sb);
    for (int from = 0; from < images.size(); from += perDescriptor) {
      writeGroup(id, images.subList(from, Math.min(images.size(), from + perDescriptor)));
    }
    drain();
  }

  private void writeRevokes(int id, Iterator<Long> revoked) throws IOException {
    int bytes = LogFormat.revokeBytes(sb);
    while (revoked.hasNext()) {
      int base = beginBlock();
      header(base, LogFormat.REVOKE, id);
      int at = LogFormat.REVOKE_RECORDS;
      for (; revoked.hasNext() && at + bytes <= blockSize; at += bytes) {
        long block = revoked.next();
        if (bytes == Long.BYTES) {
          gather.putLong(base + at, block);
        } else {
          gather.putInt(base + at, (int) block);
        }
      }
      gather.putInt(base + LogFormat.REVOKE_COUNT, at);
      endBlock();
    }
  }

  private void writeGroup(int id, List<Image> images) throws IOException {
    int base = beginBlock();
    header(base, LogFormat.DESCRIPTOR, id);
    int at = base + LogFormat.HEADER;
    for (int i = 0; i < images.size(); i++) {
      int flags = i == 0 ? 0 : LogFormat.TAG_SAME_UUID;
      flags |= i == images.size() - 1 ? LogFormat.TAG_LAST : 0;
      flags |= needsEscape(images.get(i).bytes()) ? LogFormat.TAG_ESCAPE : 0;
      long block = images.get(i).buffer().block();
      gather.putInt(at, (int) block).putShort(at + 6, (short) flags);
      if (sb.has(JournalSuperblock.INCOMPAT_64BIT)) {
        gather.putInt(at + 8, (int) (block >>> 32));
      }
      at += LogFormat.tagBytes(sb);
      if (i == 0) {
        sb.copyUuid(gather, at);
        at += LogFormat.UUID_BYTES;
      }
    }
    endBlock();
    for (Image image : images) {
      int copy = beginBlock();
      gather.put(copy, image.bytes());
      if (needsEscape(image.bytes())) {
        gather.putInt(copy, 0);
      }
      endBlock();
    }
  }

  private static boolean needsEscape(byte[] bytes) {
    return ByteBuffer.wrap(bytes).getInt(0) == LogFormat.MAGIC;
  }

  /** Writes the commit block, which makes the transaction valid. */
  void writeCommit(int id, Instant now) throws IOException {
    gather.clear();
    int base = beginBlock();
    header(base, LogFormat.COMMIT, id);
    gather.putLong(base + LogFormat.COMMIT_SECONDS, now.getEpochSecond());
    gather.putInt(base + LogFormat.COMMIT_NANOS, now.getNano());
    endBlock();
    drain();
  }

  private void header(int base, int type, int id) {
    gather.putInt(base, LogFormat.MAGIC);
    gather.putInt(base + LogFormat.TYPE, type);
    gather.putInt(base + LogFormat.SEQUENCE, id);
  }

  /** Returns where in the gather buffer the next log block goes, zeroed. */
  private int beginBlock() throws IOException {
    long home = map.physical(head);
    boolean continues =
        gather.position() > 0 && gatherStart + gather.position() / blockSize == home;
    if (!continues || gather.remaining() < blockSize) {
      drain();
      gatherStart = home;
    }
    int base = gather.position();
    for (int i = 0; i < blockSize; i += Long.BYTES) {
      gather.putLong(base + i, 0);
    }
    return base;
  }

  private void endBlock() {
    gather.position(gather.position() + blockSize);
    head = head + 1 == sb.blocks() ? sb.first() : head + 1;
  }

  private void drain() throws IOException {
    if (gather.position() > 0) {
      gather.flip();
      device.write(gatherStart * blockSize, gather);
    }
    gather.clear();
  }
}
