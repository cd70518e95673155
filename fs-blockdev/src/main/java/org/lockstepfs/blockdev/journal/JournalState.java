package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;

/**
 * What the parts of a journal share, guarded by one lock that nobody holds across I/O.
 *
 * <p>At most one transaction is running and one committing; the committed ones whose images are not
 * all at home queue up behind the log's tail, oldest first.
 */
final class JournalState {
  final ReentrantLock lock = new ReentrantLock();
  final String name;
  final int logLength;

  Transaction running;
  Transaction committing;
  final Deque<Transaction> committed = new ArrayDeque<>();

  /** For each block that is not at home: the committed transaction with its newest image. */
  final Map<Long, Transaction> newest = new HashMap<>();

  /** Blocks that a checkpoint is writing home right now. */
  Set<Long> inFlight = Collections.emptySet();

  int nextTid;
  int committedTid;
  int checkpointedTid;

  /** Next log block to write, and how many from there on hold nothing that is needed. */
  int head;

  int freeBlocks;

  long commits;
  long loggedBlocks;
  long revokedBlocks;
  long homeBlocks;

  /** Signalled when anything that somebody waits for may have come true. */
  final Condition changed = lock.newCondition();

  private volatile IOException failure;
  private boolean closed;

  JournalState(String name, LogRing ring, int nextTid) {
    this.name = name;
    this.logLength = ring.length();
    this.nextTid = nextTid;
    this.committedTid = nextTid - 1;
    this.checkpointedTid = nextTid - 1;
    this.head = ring.first();
    this.freeBlocks = ring.length();
  }

  void signal() {
    changed.signalAll();
  }

  boolean isAborted() {
    return failure != null;
  }

  void checkNotAborted() throws IOException {
    IOException cause = failure;
    if (cause != null) {
      ErrnoException e = new ErrnoException(Errno.EROFS, "journal of " + name + " is aborted");
      e.initCause(cause);
      throw e;
    }
  }

  void checkOpen() throws IOException {
    checkNotAborted();
    if (closed) {
      throw new ErrnoException(Errno.EROFS, "journal of " + name + " is closed");
    }
  }

  void abort(IOException cause) {
    lock.lock();
    try {
      if (failure == null) {
        failure = cause;
      }
      signal();
    } finally {
      lock.unlock();
    }
  }

  /** Lets no handle start any more; false if that was so before. */
  boolean markClosed() {
    lock.lock();
    try {
      boolean first = !closed;
      closed = true;
      signal();
      return first;
    } finally {
      lock.unlock();
    }
  }

  /** Returns the buffer with a block's latest contents if they are not at home, else null. */
  MetaBuffer attached(long block) {
    for (Transaction transaction : new Transaction[] {running, committing}) {
      if (transaction == null) {
        continue;
      }
      MetaBuffer buffer = transaction.dirty.get(block);
      if (buffer != null || transaction.revoked.contains(block)) {
        return buffer;
      }
    }
    Transaction transaction = newest.get(block);
    return transaction == null ? null : transaction.dirty.get(block);
  }

  /** Makes the images of a transaction, now durable in the log, the ones to write home. */
  void install(Transaction transaction) {
    for (Map.Entry<Long, byte[]> image : transaction.images.entrySet()) {
      replaceNewest(image.getKey(), transaction);
      transaction.unwritten.put(image.getKey(), image.getValue());
    }
    for (Long block : transaction.revoked) {
      replaceNewest(block, null);
    }
    transaction.images.clear();
    transaction.state = Transaction.State.COMMITTED;
    committed.addLast(transaction);
    committing = null;
    committedTid = transaction.tid;
    commits++;
    loggedBlocks += transaction.dirty.size();
    revokedBlocks += transaction.revoked.size();
    signal();
  }

  private void replaceNewest(Long block, Transaction successor) {
    Transaction older = successor == null ? newest.remove(block) : newest.put(block, successor);
    if (older != null) {
      older.unwritten.remove(block);
    }
  }

  /** Notes that an image is at home, unless a newer one has taken its place meanwhile. */
  void markHome(Long block, byte[] image) {
    Transaction transaction = newest.get(block);
    if (transaction != null && transaction.unwritten.remove(block, image)) {
      newest.remove(block);
    }
    homeBlocks++;
  }

  /** Returns the id of the oldest transaction that a replay would need, or the next one's. */
  int tailTid() {
    Transaction oldest = committed.isEmpty() ? committing : committed.peekFirst();
    return oldest == null ? nextTid : oldest.tid;
  }
}
