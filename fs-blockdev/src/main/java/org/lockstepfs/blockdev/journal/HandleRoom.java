package org.lockstepfs.blockdev.journal;

/** How much a transaction may grow. Called with the journal's lock held. */
final class HandleRoom {
  /** As the kernel's limit: one running and one committing leave half of the log. */
  private static final int TRANSACTIONS_PER_LOG = 4;

  private final JournalState state;
  private final LogLayout layout;
  private final int maxTransactionBlocks;

  HandleRoom(JournalState state, LogLayout layout) {
    this.state = state;
    this.layout = layout;
    this.maxTransactionBlocks = state.logLength / TRANSACTIONS_PER_LOG;
  }

  int maxTransactionBlocks() {
    return maxTransactionBlocks;
  }

  /** Returns whether a transaction may expect {@code more} blocks besides those it has. */
  boolean fitsTransaction(Transaction transaction, int more) {
    return transaction.expectedBlocks() + more <= maxTransactionBlocks;
  }

  /** Returns whether the log has room for that, with a revoke record for each block beside it. */
  boolean fitsLog(Transaction transaction, int more) {
    int blocks = transaction.expectedBlocks() + more;
    return layout.logBlocks(blocks, transaction.revoked.size() + blocks) <= state.freeBlocks;
  }

  boolean fits(Transaction transaction, int more) {
    return fitsTransaction(transaction, more) && fitsLog(transaction, more);
  }
}
