package org.lockstepfs.stack.glue;

import jnr.constants.platform.Errno;

/**
 * The file system's side of a connection: its protocol version and its callbacks.
 *
 * <p>Callbacks run on the plug-in's own thread or on the thread of the call that caused them, never
 * while the plug-in holds a lock of its own that its other entry points need. They must not block;
 * they may call back into the connection.
 */
public interface LockingProtocol {

  /** Returns the highest version that the file system speaks; the same for all in one process. */
  ProtocolVersion maxVersion();

  /** A lock or convert call completed; {@link Lksb#status} says how. */
  void lockAst(Lksb lksb);

  /** Another node wants {@code wanted} on a lock that this node holds in an incompatible mode. */
  void blockingAst(Lksb lksb, org.lockstepfs.locks.mode.LockMode wanted);

  /**
   * An unlock call completed.
   *
   * @param error null for success; for a cancel, success means that the old mode is in force again
   */
  void unlockAst(Lksb lksb, Errno error);
}
