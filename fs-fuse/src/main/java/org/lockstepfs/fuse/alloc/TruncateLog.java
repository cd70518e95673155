package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.locks.mode.LockMode;

/**
 * A slot's list of clusters that were freed but are still set in the global bitmap. The caller
 * holds the file's lock.
 *
 * <p>Records go to the global bitmap only when the transactions that made them are checkpointed:
 * until then a crash could bring the clusters' old owner back, or replay old metadata over them.
 *
 * <p>Source: ocfs2_truncate_log_append and ocfs2_flush_truncate_log in Linux 6.1 fs/ocfs2/alloc.c.
 */
final class TruncateLog {
  /** Blocks that an append dirties. */
  static final int APPEND_CREDITS = 1;

  /** Records that one transaction moves to the global bitmap. */
  private static final int BATCH = 32;

  private static final int COUNT = 0xC0;
  private static final int USED = 0xC2;
  private static final int RECORDS = 0xC8;
  private static final int RECORD = 8;

  private final LockedInode inode;
  private boolean appended;
  private int lastTransaction;

  TruncateLog(LockedInode inode) {
    this.inode = inode;
  }

  LockedInode.Held lock() throws IOException {
    return inode.lock(LockMode.EX);
  }

  private ByteBuffer data() throws IOException {
    ByteBuffer data = inode.dinode().data();
    check(data, inode.block());
    return data;
  }

  private static void check(ByteBuffer data, long block) throws IOException {
    if (count(data) > (data.capacity() - RECORDS) / RECORD || used(data) > count(data)) {
      throw new IOException(
          "Corrupt truncate log at block "
              + block
              + ": "
              + used(data)
              + " of "
              + count(data)
              + " records");
    }
  }

  private static int count(ByteBuffer data) {
    return Short.toUnsignedInt(data.getShort(COUNT));
  }

  private static int used(ByteBuffer data) {
    return Short.toUnsignedInt(data.getShort(USED));
  }

  private static int at(int record) {
    return RECORDS + record * RECORD;
  }

  private static long start(ByteBuffer data, int record) {
    return Integer.toUnsignedLong(data.getInt(at(record)));
  }

  private static long clusters(ByteBuffer data, int record) {
    return Integer.toUnsignedLong(data.getInt(at(record) + 4));
  }

  /** Returns the number of clusters that wait in the log. */
  long pending() throws IOException {
    ByteBuffer data = data();
    long sum = 0;
    for (int i = 0; i < used(data); i++) {
      sum += clusters(data, i);
    }
    return sum;
  }

  /** Returns whether so many more records fit. */
  boolean hasRoom(int records) throws IOException {
    ByteBuffer data = data();
    return used(data) + records <= count(data);
  }

  /** Adds a run of clusters, to the last record if it continues that one. */
  void append(Handle handle, ClusterRun run) throws IOException {
    ByteBuffer data = data();
    int last = used(data) - 1;
    handle.dirty(inode.dinode());
    if (last >= 0 && start(data, last) + clusters(data, last) == run.start()) {
      data.putInt(at(last) + 4, (int) (clusters(data, last) + run.count()));
    } else {
      if (last + 1 >= count(data)) {
        throw new IllegalStateException("Truncate log is full: more runs freed than reserved");
      }
      data.putInt(at(last + 1), (int) run.start());
      data.putInt(at(last + 1) + 4, run.count());
      data.putShort(USED, (short) (last + 2));
    }
    appended = true;
    lastTransaction = handle.transactionId();
  }

  /** Moves all records to the global bitmap; locks it meanwhile. */
  void flush(Journal journal, ClusterAllocator global) throws IOException {
    if (used(data()) == 0) {
      return;
    }
    if (appended && !journal.isCheckpointed(lastTransaction)) {
      journal.flush();
    }
    try (LockedInode.Held lock = global.lock(LockMode.EX)) {
      while (used(data()) > 0) {
        flushSome(journal, global);
      }
    }
  }

  private void flushSome(Journal journal, ClusterAllocator global) throws IOException {
    ByteBuffer data = data();
    int records = Math.min(BATCH, used(data));
    try (Handle handle = journal.start(2 + records)) {
      handle.dirty(inode.dinode());
      for (int i = 0; i < records; i++) {
        int last = used(data) - 1;
        if (start(data, last) != 0) {
          global.free(handle, start(data, last), clusters(data, last));
        }
        data.putShort(USED, (short) last);
      }
    }
  }

  /** Frees the clusters recorded in a copy of a truncate_log dinode. */
  static void replay(Journal journal, ClusterAllocator global, ByteBuffer dinode)
      throws IOException {
    ByteBuffer data = dinode.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    check(data, data.getLong(0x50));
    for (int i = 0; i < used(data); i++) {
      if (start(data, i) != 0) {
        try (Handle handle = journal.start(ClusterAllocator.FREE_CREDITS)) {
          global.free(handle, start(data, i), clusters(data, i));
        }
      }
    }
  }
}
