package org.lockstepfs.blockdev.journal;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;

/** A handle on the running transaction; used by one thread. */
final class JbdHandle implements Handle {
  private final JournalState state;
  private final HandleRoom room;
  private final Transaction transaction;

  /** Blocks that this handle may still add to the transaction. */
  private int credits;

  private boolean stopped;

  JbdHandle(JournalState state, HandleRoom room, Transaction transaction, int credits) {
    this.state = state;
    this.room = room;
    this.transaction = transaction;
    this.credits = credits;
  }

  @Override
  public void dirty(MetaBuffer buffer) throws IOException {
    checkRunning();
    if (buffer.dirtyIn() == transaction) {
      return;
    }
    state.lock.lock();
    try {
      Long block = buffer.block();
      MetaBuffer earlier = transaction.dirty.get(block);
      if (earlier == null) {
        useCredit(block);
      } else {
        earlier.setDirtyIn(null);
      }
      transaction.dirty.put(block, buffer);
      transaction.revoked.remove(block);
      buffer.setDirtyIn(transaction);
    } finally {
      state.lock.unlock();
    }
  }

  private void useCredit(long block) throws IOException {
    if (credits == 0 && !grow(1)) {
      throw new ErrnoException(
          Errno.ENOSPC, "no credit left for block " + block + " in the journal of " + state.name);
    }
    credits--;
    transaction.reservedBlocks--;
  }

  @Override
  public void forget(long block) throws IOException {
    checkRunning();
    state.lock.lock();
    try {
      MetaBuffer buffer = transaction.dirty.remove(block);
      if (buffer != null) {
        buffer.setDirtyIn(null);
        credits++;
        transaction.reservedBlocks++;
      }
      transaction.revoked.add(block);
    } finally {
      state.lock.unlock();
    }
  }

  @Override
  public boolean extend(int blocks) throws IOException {
    checkRunning();
    state.lock.lock();
    try {
      return transaction.state == Transaction.State.RUNNING && grow(blocks);
    } finally {
      state.lock.unlock();
    }
  }

  private boolean grow(int blocks) {
    if (!room.fits(transaction, blocks)) {
      return false;
    }
    credits += blocks;
    transaction.reservedBlocks += blocks;
    return true;
  }

  private void checkRunning() throws IOException {
    if (stopped) {
      throw new IllegalStateException("the handle has been stopped");
    }
    state.checkNotAborted();
  }

  @Override
  public int transactionId() {
    return transaction.tid;
  }

  @Override
  public void stop() {
    if (stopped) {
      return;
    }
    stopped = true;
    state.lock.lock();
    try {
      transaction.reservedBlocks -= credits;
      transaction.openHandles--;
      if (transaction.openHandles == 0 && transaction.state == Transaction.State.LOCKED) {
        state.signal();
      }
    } finally {
      state.lock.unlock();
    }
  }
}
