package org.lockstepfs.blockdev.journal;

import java.io.Closeable;
import java.io.IOException;

/**
 * The journal of one slot, as JBD2 defines it.
 *
 * <p>Handles join the running transaction. A commit waits until its handles have stopped, takes a
 * copy of every changed block, lets new handles begin, and writes descriptor, blocks and commit
 * record to the log with the flushes that order them. A checkpoint writes the committed images to
 * their home blocks. Thread-safe.
 *
 * <p>After a write error the journal is aborted: every later call throws, nothing more is written.
 *
 * <p>Source: Linux 6.1 fs/jbd2.
 */
public interface Journal extends Closeable {

  /**
   * Starts an update that dirties at most {@code blocks} distinct blocks. Waits while a commit
   * locks the running transaction or the log is full.
   *
   * @throws IOException if the journal is aborted or {@code blocks} exceeds what one transaction
   *     may hold
   */
  Handle start(int blocks) throws IOException;

  /** Returns the largest number of blocks that one handle may ask for. */
  int maxHandleBlocks();

  /**
   * Returns the buffer of a block whose latest contents are not at home yet, or null. A cache that
   * misses must ask here before it reads the device.
   */
  MetaBuffer attached(long block);

  /**
   * Commits the given transaction if it is not committed yet and returns when it and all before it
   * are durable.
   */
  void commit(int transactionId) throws IOException;

  /** Commits whatever is running and returns when it is durable; cheap when nothing changed. */
  void commit() throws IOException;

  /**
   * Commits, then checkpoints everything changed before the call: afterwards those home blocks are
   * current and durable, and the log does not hold them any more. Called before a cluster lock that
   * covers dirty metadata is given up.
   */
  void flush() throws IOException;

  /** Returns the transaction id that a handle started now would get. */
  int runningTransactionId();

  /**
   * Returns whether every change of transaction {@code id} is durable at home and no replay of this
   * journal would write it again. Only then may another node change the blocks.
   */
  boolean isCheckpointed(int id);

  /** Returns whether the journal gave up after an error. */
  boolean isAborted();

  /** Flushes, marks the log empty and stops; the journal file needs no replay afterwards. */
  @Override
  void close() throws IOException;
}
