package org.lockstepfs.stack.glue;

/** Flags of {@link ClusterConnection#lock} and {@link ClusterConnection#unlock}. */
public enum LockFlag {
  /** Do not wait: complete with EAGAIN if the lock is not grantable at once. */
  NOQUEUE,
  /** The Lksb already names a lock: change its mode. */
  CONVERT,
  /** Read or write the lock value block with this operation. */
  VALBLK,
  /** This node is sure that nobody else knows the resource: master it without asking. */
  LOCAL,
  /** Cancel the outstanding conversion or request (unlock only). */
  CANCEL
}
