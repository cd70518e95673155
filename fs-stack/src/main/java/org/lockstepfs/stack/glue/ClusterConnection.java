package org.lockstepfs.stack.glue;

import java.io.IOException;
import java.util.Optional;
import java.util.Set;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.locks.mode.LockMode;

/**
 * One volume's membership in the cluster: its lock domain, its locks and its byte-range locks.
 *
 * <p>Thread-safe. {@link #lock} and {@link #unlock} only start an operation; its end is an AST,
 * which may come before the call returns. One operation at a time may be outstanding on an {@link
 * Lksb}, except that a CANCEL may follow a lock call that has returned.
 */
public interface ClusterConnection {

  /** Returns this node's number, 0 to 254. */
  int thisNode();

  /** Returns the locking protocol version that this domain runs. */
  ProtocolVersion protocolVersion();

  /**
   * Starts a lock request, or a conversion with {@link LockFlag#CONVERT}.
   *
   * @param name the resource: at most 31 bytes of ASCII, OCFS2's lock name, or binary for dentries
   * @throws ErrnoException if the operation could not be started; no AST follows then
   */
  void lock(LockMode mode, Lksb lksb, Set<LockFlag> flags, LockId name) throws ErrnoException;

  /**
   * Starts an unlock, or a cancel with {@link LockFlag#CANCEL}.
   *
   * @throws ErrnoException EBUSY if a cancel came too early or too late; no unlock AST follows then
   */
  void unlock(Lksb lksb, Set<LockFlag> flags) throws ErrnoException;

  /** Returns cluster-wide POSIX locks, absent if this stack has none (fcntl is local then). */
  Optional<PosixLocks> posixLocks();

  /** Writes what the plug-in knows of a lock, for the log. */
  String dump(Lksb lksb);

  /**
   * Leaves: all locks must be gone. Migrates what this node masters, leaves the domain and stops
   * the heartbeat of this volume. Other nodes wait for nothing afterwards.
   */
  void disconnect() throws IOException;
}
