package org.lockstepfs.stack.glue;

import java.util.Optional;
import java.util.function.Consumer;
import jnr.constants.platform.Errno;

/**
 * Cluster-wide byte-range locks of one volume, for {@code fcntl} with POSIX and OFD owners.
 *
 * <p>Owners are compared by (node, owner). Callbacks run on the calling thread when the answer is
 * known at once, else on the lock engine's thread; a waiting request holds no thread. In callbacks,
 * null means success.
 */
public interface PosixLocks {

  /**
   * A lock owner on this node.
   *
   * @param owner the kernel's opaque owner value
   * @param pid process id, shown by F_GETLK
   */
  record Owner(long owner, int pid) {}

  /** An inclusive byte range; {@code end} is {@link Long#MAX_VALUE} for "to the end". */
  record Range(long start, long end) {}

  /** A lock that stands in the way: who, what, where. */
  record Conflict(int node, Owner owner, Range range, boolean exclusive) {}

  /** A request that may still be waiting. */
  interface Pending {
    /**
     * Withdraws the request if it still waits: its callback then gets EINTR. If it was granted
     * before, the grant stands and the callback has got, or will get, success.
     */
    void cancel();
  }

  /**
   * Sets a lock.
   *
   * @param wait whether to wait for conflicting locks to go; else EAGAIN
   * @param done called exactly once: null, EAGAIN, EDEADLK, EINTR, ENOLCK (limits) or EIO
   */
  Pending lock(
      long inode, Owner owner, Range range, boolean exclusive, boolean wait, Consumer<Errno> done);

  /** Removes the owner's locks in the range. {@code done} is called exactly once. */
  void unlock(long inode, Owner owner, Range range, Consumer<Errno> done);

  /** Finds a lock that conflicts with the given one. */
  void test(
      long inode,
      Owner owner,
      Range range,
      boolean exclusive,
      java.util.function.BiConsumer<Errno, Optional<Conflict>> done);

  /**
   * Drops every lock and every waiting request of an owner on an inode, as close does. Costs
   * nothing when the owner never locked here.
   */
  void close(long inode, Owner owner, Consumer<Errno> done);

  /** Returns what these locks have done so far. */
  PlockStats stats();
}
