package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import java.util.Collections;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the running transaction to the log. The thread that asks does the work; those that ask
 * meanwhile wait for it or share the next commit.
 *
 * <p>Source: Linux 6.1 fs/jbd2/commit.c, jbd2_journal_commit_transaction.
 */
final class Committer {
  private static final Logger LOG = LoggerFactory.getLogger(Committer.class);

  private final JournalState state;
  private final LogLayout layout;
  private final CommitWriter writer;
  private final LogTail tail;
  private final Checkpointer checkpointer;

  Committer(
      JournalState state,
      LogLayout layout,
      CommitWriter writer,
      LogTail tail,
      Checkpointer checkpointer) {
    this.state = state;
    this.layout = layout;
    this.writer = writer;
    this.tail = tail;
    this.checkpointer = checkpointer;
  }

  /**
   * Returns when transaction {@code tid} is durable, or has nothing to make durable.
   *
   * @param drain whether to wait for open handles even if nothing is dirty yet
   */
  void commit(int tid, boolean drain) throws IOException {
    Transaction transaction = claim(tid, drain);
    if (transaction == null) {
      return;
    }
    try {
      transaction.takeImages(layout.blockSize());
      transaction.logBlocks =
          layout.logBlocks(transaction.dirty.size(), transaction.revoked.size());
      startCommitting(transaction);
      tail.start(transaction);
      writer.write(transaction);
      finish(transaction);
    } catch (IOException e) {
      LOG.error("{}: journal gives up in transaction {}", state.name, tid, e);
      state.abort(e);
      throw e;
    }
  }

  /** Returns the running transaction, locked and without handles, or null if there is no need. */
  private Transaction claim(int tid, boolean drain) throws IOException {
    state.lock.lock();
    try {
      Transaction transaction = awaitTurn(tid);
      if (transaction == null || (transaction.isEmpty() && !drain)) {
        return null;
      }
      transaction.state = Transaction.State.LOCKED;
      while (transaction.openHandles > 0) {
        state.checkNotAborted();
        state.changed.awaitUninterruptibly();
      }
      if (transaction.isEmpty()) {
        transaction.state = Transaction.State.RUNNING;
        state.signal();
        return null;
      }
      return transaction;
    } finally {
      state.lock.unlock();
    }
  }

  /**
   * Waits for other commits; returns null once all up to {@code tid} are committed or were never
   * begun.
   */
  private Transaction awaitTurn(int tid) throws IOException {
    while (true) {
      state.checkNotAborted();
      boolean isRunning = state.running != null && state.running.tid == tid;
      boolean isUnderWay = state.committing != null && Tid.isAtLeast(tid, state.committing.tid);
      if (!isRunning && !isUnderWay) {
        return null;
      }
      if (state.committing == null && state.running.state == Transaction.State.RUNNING) {
        return state.running;
      }
      state.changed.awaitUninterruptibly();
    }
  }

  private void startCommitting(Transaction transaction) throws IOException {
    state.lock.lock();
    try {
      makeRoom(transaction.logBlocks);
      transaction.state = Transaction.State.COMMITTING;
      transaction.logStart = state.head;
      state.head = writer.ring().advance(state.head, transaction.logBlocks);
      state.freeBlocks -= transaction.logBlocks;
      state.committing = transaction;
      state.running = null;
      state.nextTid = transaction.tid + 1;
      state.signal();
    } finally {
      state.lock.unlock();
    }
  }

  /** Handles reserve room beforehand, so this checkpoints only if their estimate fell short. */
  private void makeRoom(int blocks) throws IOException {
    while (state.freeBlocks < blocks) {
      if (state.committed.isEmpty()) {
        throw new IOException(
            state.name + ": a transaction of " + blocks + " blocks fills the log");
      }
      int newestTid = state.committed.peekLast().tid;
      state.lock.unlock();
      try {
        checkpointer.checkpoint(newestTid);
      } finally {
        state.lock.lock();
      }
    }
  }

  /**
   * Makes the commit known. From here on the freed blocks may hold file data, so a checkpoint that
   * is writing an older image of one of them must have ended, and none may begin.
   */
  private void finish(Transaction transaction) throws IOException {
    state.lock.lock();
    try {
      while (!Collections.disjoint(state.inFlight, transaction.revoked)) {
        state.checkNotAborted();
        state.changed.awaitUninterruptibly();
      }
      state.install(transaction);
    } finally {
      state.lock.unlock();
    }
  }
}
