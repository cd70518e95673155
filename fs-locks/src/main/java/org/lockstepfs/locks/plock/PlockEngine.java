package org.lockstepfs.locks.plock;

import java.util.Objects;

/**
 * Byte-range locks of one volume on one node. Not thread-safe: one thread at a time brings events.
 */
public final class PlockEngine {
  private boolean built;

  /** Makes an engine; requests wait until the first {@link #view}. */
  public PlockEngine(PlockConfig config, PlockEffects effects) {
    Objects.requireNonNull(config);
    Objects.requireNonNull(effects);
  }

  /**
   * Enters a view. A member that has left never comes back with the same incarnation; the caller
   * gives a view without a dead node only when that node can do no more harm (fenced, journal
   * replayed).
   *
   * @throws IllegalArgumentException if this node is not in it
   */
  public void view(PlockView view) {
    requireBuilt();
  }

  /**
   * Sets a lock; 0 &lt;= start &lt;= end.
   *
   * @return a handle for {@link #cancel}; null when the callback has been called already
   * @throws IllegalArgumentException if the range is not valid
   */
  public PlockRequest lock(
      long inode,
      long owner,
      int pid,
      long start,
      long end,
      boolean exclusive,
      boolean blocking,
      PlockCallback callback) {
    requireBuilt();
    return null;
  }

  /** Removes the owner's locks in the range; waiting requests stay. */
  public void unlock(long inode, long owner, long start, long end, PlockCallback callback) {
    requireBuilt();
  }

  /** Finds a held lock that conflicts. */
  public void test(
      long inode, long owner, long start, long end, boolean exclusive, PlockCallback callback) {
    requireBuilt();
  }

  /**
   * Drops the owner's locks on the file, and its waiting requests, which end with {@link
   * PlockResult#INTERRUPTED}. Costs nothing when the owner has neither.
   */
  public void close(long inode, long owner, PlockCallback callback) {
    requireBuilt();
  }

  /**
   * Withdraws a waiting request: it ends with {@link PlockResult#INTERRUPTED} and leaves nothing,
   * or it was granted before and that stands. Does nothing to other requests.
   */
  public void cancel(PlockRequest request) {
    requireBuilt();
  }

  /**
   * Takes a message.
   *
   * @return false if one before it is missing: the connection must be reset and what was not
   *     confirmed sent again
   */
  public boolean onMessage(PlockEnvelope envelope) {
    requireBuilt();
    return true;
  }

  /**
   * Gives up tables that lie idle and looks again for deadlocks; the caller brings it about once a
   * second.
   */
  public void tick() {
    requireBuilt();
  }

  /** Ends every request with {@link PlockResult#IO_ERROR}; the engine answers so from now on. */
  public void shutdown() {
    requireBuilt();
  }

  private void requireBuilt() {
    if (!built) {
      throw new UnsupportedOperationException("the engine is an interface only so far");
    }
  }
}
