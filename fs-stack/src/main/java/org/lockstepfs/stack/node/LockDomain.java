package org.lockstepfs.stack.node;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.stack.glue.Lksb;
import org.lockstepfs.stack.glue.LockFlag;
import org.lockstepfs.stack.glue.LockId;

/** One volume's locks, whichever lock manager keeps them. Thread-safe; never blocks. */
public interface LockDomain {

  /**
   * What this node has joined.
   *
   * @param members nodes of the domain, this one included
   * @param minor minor version of the file system's locking protocol that the domain runs
   */
  record Joined(List<Integer> members, int minor) {}

  /** Takes messages and node events from now on. */
  void open();

  /** Takes no more messages and events. */
  void close();

  /** Joins the domain of all live nodes; the result is null and an exception if it was refused. */
  CompletableFuture<Joined> join();

  /** Leaves the domain; all locks are gone. */
  CompletableFuture<Void> leave();

  /** Starts a request or a conversion. */
  void lock(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId id) throws ErrnoException;

  /** Starts an unlock or a cancel. */
  void unlock(Lksb lksb, Set<LockFlag> flags) throws ErrnoException;

  /** Returns what is known of a lock, for the log. */
  String dump(Lksb lksb);

  /** Returns the number of locks that this node holds or waits for. */
  int locks();
}
