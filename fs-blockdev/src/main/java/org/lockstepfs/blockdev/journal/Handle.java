package org.lockstepfs.blockdev.journal;

import java.io.IOException;

/**
 * One atomic update of metadata: either all changes made under it survive a crash, or none.
 *
 * <p>A handle belongs to the thread that started it. While it is open no cluster lock is waited
 * for, because commit waits for open handles and a downconvert waits for commit.
 */
public interface Handle extends AutoCloseable {

  /**
   * Declares that the caller is about to change {@code buffer}; call before the first change, any
   * number of times.
   *
   * @throws IOException if the journal is aborted, or the handle exceeds its credits and cannot
   *     grow
   */
  void dirty(MetaBuffer buffer) throws IOException;

  /**
   * Forgets a block that is being freed: pending changes to it are not written home, and a revoke
   * record keeps replay from resurrecting older ones. Dirtying the block again cancels that.
   *
   * <p>The block may be used for file data once {@link #transactionId} is committed, not before:
   * then no image of it is on its way home and none ever will be.
   */
  void forget(long block) throws IOException;

  /** Asks for more credits without closing the handle; false if the transaction has no room. */
  boolean extend(int blocks) throws IOException;

  /** Returns the id of the transaction that this handle is part of. */
  int transactionId();

  /** Ends the update. Idempotent. */
  void stop();

  @Override
  default void close() {
    stop();
  }
}
