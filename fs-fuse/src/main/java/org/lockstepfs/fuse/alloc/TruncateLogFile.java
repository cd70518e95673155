package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.TruncateLog;
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
final class TruncateLogFile {
  /** Blocks that an append dirties. */
  static final int APPEND_CREDITS = 1;

  /** Records that one transaction moves to the global bitmap. */
  private static final int BATCH = 32;

  private final LockedInode inode;
  private boolean appended;
  private int lastTransaction;

  TruncateLogFile(LockedInode inode) {
    this.inode = inode;
  }

  LockedInode.Held lock() throws IOException {
    return inode.lock(LockMode.EX);
  }

  private TruncateLog log() throws IOException {
    return open(inode.dinode().data());
  }

  private static TruncateLog open(ByteBuffer data) throws CorruptBlockException {
    Dinode dinode = Dinode.of(data);
    TruncateLog log = dinode.truncateLog();
    if (log.count() > TruncateLog.perDinode(data.capacity()) || log.used() > log.count()) {
      throw new CorruptBlockException(dinode.blkno(), "tl_used", log.used() + " of " + log.count());
    }
    return log;
  }

  /** Returns the number of clusters that wait in the log. */
  long pending() throws IOException {
    TruncateLog log = log();
    long sum = 0;
    for (int i = 0; i < log.used(); i++) {
      sum += log.clusters(i);
    }
    return sum;
  }

  /** Returns whether so many more records fit. */
  boolean hasRoom(int records) throws IOException {
    TruncateLog log = log();
    return log.used() + records <= log.count();
  }

  /** Adds a run of clusters, to the last record if it continues that one. */
  void append(Handle handle, ClusterRun run) throws IOException {
    TruncateLog log = log();
    int last = log.used() - 1;
    handle.dirty(inode.dinode());
    if (last >= 0 && log.start(last) + log.clusters(last) == run.start()) {
      log.set(last, log.start(last), log.clusters(last) + run.count());
    } else {
      if (last + 1 >= log.count()) {
        throw new IllegalStateException("Truncate log is full: more runs freed than reserved");
      }
      log.set(last + 1, run.start(), run.count());
      log.setUsed(last + 2);
    }
    appended = true;
    lastTransaction = handle.transactionId();
  }

  /** Moves all records to the global bitmap; locks it meanwhile. */
  void flush(Journal journal, ClusterAllocator global) throws IOException {
    if (log().used() == 0) {
      return;
    }
    if (appended && !journal.isCheckpointed(lastTransaction)) {
      journal.flush();
    }
    try (LockedInode.Held lock = global.lock(LockMode.EX)) {
      while (log().used() > 0) {
        flushSome(journal, global);
      }
    }
  }

  /** After an error the records that were not freed yet stay. */
  private void flushSome(Journal journal, ClusterAllocator global) throws IOException {
    TruncateLog log = log();
    int stop = Math.max(0, log.used() - BATCH);
    int credits = 1 + ClusterAllocator.FREE_CREDITS * (log.used() - stop);
    try (Handle handle = journal.start(credits)) {
      handle.dirty(inode.dinode());
      while (log.used() > stop) {
        int last = log.used() - 1;
        free(handle, global, log, last);
        log.setUsed(last);
      }
    }
  }

  /** A record without a start was emptied by an interrupted flush. */
  private static void free(Handle handle, ClusterAllocator global, TruncateLog log, int record)
      throws IOException {
    if (log.start(record) != 0) {
      global.free(handle, log.start(record), log.clusters(record));
    }
  }

  /** Frees the clusters recorded in a copy of a truncate_log dinode. */
  static void replay(Journal journal, ClusterAllocator global, ByteBuffer dinode)
      throws IOException {
    TruncateLog log = open(dinode.duplicate().order(ByteOrder.LITTLE_ENDIAN));
    for (int i = 0; i < log.used(); i++) {
      try (Handle handle = journal.start(ClusterAllocator.FREE_CREDITS)) {
        free(handle, global, log, i);
      }
    }
  }
}
