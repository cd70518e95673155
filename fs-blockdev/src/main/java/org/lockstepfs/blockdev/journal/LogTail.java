package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The journal superblock on disk, which says where replay starts.
 *
 * <p>It never points past an image that is not durable at home, and log space counts as free only
 * when the superblock that gave it up is durable. Source: Linux 6.1 fs/jbd2/journal.c,
 * jbd2_journal_update_sb_log_tail and jbd2_mark_journal_empty.
 */
final class LogTail {
  private final JournalState state;
  private final LogFile file;
  private final JournalSuperblock superblock;

  /** Held across the write, so that a later decision is never overwritten by an earlier one. */
  private final ReentrantLock writing = new ReentrantLock();

  private boolean emptyOnDisk = true;

  LogTail(JournalState state, LogFile file, JournalSuperblock superblock) {
    this.state = state;
    this.file = file;
    this.superblock = superblock;
  }

  /**
   * Makes an empty log start with {@code transaction}. Not flushed: the flush before its commit
   * record is early enough.
   */
  void start(Transaction transaction) throws IOException {
    writing.lock();
    try {
      if (emptyOnDisk) {
        write(transaction.tid, transaction.logStart);
      }
    } finally {
      writing.unlock();
    }
  }

  /** Gives up the log space of the oldest transactions as far as all their images are at home. */
  void advance() throws IOException {
    writing.lock();
    try {
      int tailTid;
      int tailStart;
      state.lock.lock();
      try {
        Transaction oldest = oldestNeeded();
        tailTid = oldest == null ? state.nextTid : oldest.tid;
        tailStart = oldest == null ? 0 : oldest.logStart;
        if (tailTid == state.tailTid()) {
          return;
        }
      } finally {
        state.lock.unlock();
      }
      file.flush();
      write(tailTid, tailStart);
      file.flush();
      release(tailTid);
    } finally {
      writing.unlock();
    }
  }

  private Transaction oldestNeeded() {
    for (Transaction transaction : state.committed) {
      if (!transaction.unwritten.isEmpty()) {
        return transaction;
      }
    }
    return state.committing;
  }

  private void write(int tid, int start) throws IOException {
    superblock.setTail(tid, start);
    file.write(0, superblock.contents());
    emptyOnDisk = start == 0;
  }

  private void release(int tailTid) {
    state.lock.lock();
    try {
      while (!state.committed.isEmpty()
          && !Tid.isAtLeast(state.committed.peekFirst().tid, tailTid)) {
        Transaction done = state.committed.removeFirst();
        state.freeBlocks += done.logBlocks;
        done.release();
      }
      state.checkpointedTid = tailTid - 1;
      state.signal();
    } finally {
      state.lock.unlock();
    }
  }
}
