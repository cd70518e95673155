package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.lockstepfs.blockdev.sys.NativeBuffers;

/**
 * Writes a transaction to the log: revoke blocks, descriptors each followed by the blocks it tags,
 * a flush, the commit block, a flush. The first flush also makes file data durable that was written
 * before the transaction's handles stopped (ordered data). Used by one committer at a time.
 *
 * <p>Source: Linux 6.1 fs/jbd2/commit.c, fs/jbd2/revoke.c.
 */
final class CommitWriter {
  private static final int STAGING_BYTES = 1 << 18;

  private final LogFile file;
  private final LogRing ring;
  private final LogLayout layout;
  private final byte[] uuid;
  private final Clock clock;
  private final ByteBuffer staging = NativeBuffers.allocate(STAGING_BYTES);
  private int position;

  CommitWriter(LogFile file, LogRing ring, LogLayout layout, byte[] uuid, Clock clock) {
    this.file = file;
    this.ring = ring;
    this.layout = layout;
    this.uuid = uuid;
    this.clock = clock;
  }

  LogRing ring() {
    return ring;
  }

  /** Returns once the transaction is durable. */
  void write(Transaction transaction) throws IOException {
    position = transaction.logStart;
    staging.clear();
    writeRevokes(transaction);
    writeImages(transaction);
    drain();
    file.flush();
    append(commitBlock(transaction.tid));
    drain();
    file.flush();
  }

  private void writeRevokes(Transaction transaction) throws IOException {
    Iterator<Long> blocks = transaction.revoked.iterator();
    while (blocks.hasNext()) {
      List<Long> records = new ArrayList<>();
      while (blocks.hasNext() && records.size() < layout.revokesPerBlock()) {
        records.add(blocks.next());
      }
      append(revokeBlock(transaction.tid, records));
    }
  }

  /**
   * Narrow records are written twice: fsck.ocfs2 (1.8) takes them for 8 bytes long when it counts
   * them and reads the first half only. To others a repeated record says nothing new.
   */
  private ByteBuffer revokeBlock(int tid, List<Long> records) {
    ByteBuffer revoke = LogBlock.create(layout.blockSize(), LogBlock.REVOKE, tid);
    revoke.position(LogBlock.REVOKE_RECORDS);
    if (layout.wide()) {
      records.forEach(revoke::putLong);
    } else {
      for (int copy = 0; copy < 2; copy++) {
        records.forEach(block -> revoke.putInt((int) (long) block));
      }
    }
    revoke.putInt(LogBlock.REVOKE_COUNT, revoke.position());
    return revoke.clear();
  }

  private void writeImages(Transaction transaction) throws IOException {
    int left = transaction.images.size();
    Iterator<Map.Entry<Long, byte[]>> tagged = transaction.images.entrySet().iterator();
    Iterator<byte[]> logged = transaction.images.values().iterator();
    while (left > 0) {
      int count = Math.min(left, layout.tagsPerDescriptor());
      append(descriptor(transaction.tid, tagged, count));
      for (int i = 0; i < count; i++) {
        append(escape(logged.next()));
      }
      left -= count;
    }
  }

  private ByteBuffer descriptor(int tid, Iterator<Map.Entry<Long, byte[]>> images, int count) {
    ByteBuffer descriptor = LogBlock.create(layout.blockSize(), LogBlock.DESCRIPTOR, tid);
    descriptor.position(LogBlock.HEADER_BYTES);
    for (int i = 0; i < count; i++) {
      Map.Entry<Long, byte[]> image = images.next();
      int flags = LogBlock.hasMagic(ByteBuffer.wrap(image.getValue())) ? LogBlock.FLAG_ESCAPE : 0;
      flags |= i > 0 ? LogBlock.FLAG_SAME_UUID : 0;
      flags |= i == count - 1 ? LogBlock.FLAG_LAST_TAG : 0;
      descriptor.putInt((int) (long) image.getKey()).putInt(flags);
      if (layout.wide()) {
        descriptor.putInt((int) (image.getKey() >>> Integer.SIZE));
      }
      if (i == 0) {
        descriptor.put(uuid);
      }
    }
    return descriptor.clear();
  }

  /** A block that begins like a control block goes to the log with its first word zeroed. */
  private static ByteBuffer escape(byte[] image) {
    boolean looksLikeControl = LogBlock.hasMagic(ByteBuffer.wrap(image));
    return looksLikeControl ? ByteBuffer.wrap(image.clone()).putInt(0, 0) : ByteBuffer.wrap(image);
  }

  private ByteBuffer commitBlock(int tid) {
    ByteBuffer commit = LogBlock.create(layout.blockSize(), LogBlock.COMMIT, tid);
    Instant now = clock.instant();
    return commit
        .order(ByteOrder.BIG_ENDIAN)
        .putLong(LogBlock.COMMIT_SECONDS, now.getEpochSecond())
        .putInt(LogBlock.COMMIT_NANOS, now.getNano());
  }

  private void append(ByteBuffer block) throws IOException {
    staging.put(block);
    boolean ringEnds = position + staging.position() / layout.blockSize() == ring.end();
    if (!staging.hasRemaining() || ringEnds) {
      drain();
    }
  }

  private void drain() throws IOException {
    if (staging.position() == 0) {
      return;
    }
    int blocks = staging.position() / layout.blockSize();
    file.write(position, staging.flip());
    staging.clear();
    position = ring.advance(position, blocks);
  }
}
