package org.lockstepfs.locks.fsdlm;

/**
 * Result of a call or of an operation, by the names of fs/dlm's errno values; the ordinal is the
 * value on the wire.
 *
 * <p>Source: Linux fs/dlm/lock.c; include/uapi/linux/dlmconstants.h.
 */
public enum FsDlmStatus {
  /** Done; for a call, accepted. */
  SUCCESS,
  /** Queued at the master; a GRANT will follow. Never seen by callers. */
  EINPROGRESS,
  /** NOQUEUE was asked for and the mode is not grantable now. */
  EAGAIN,
  /** The conversion would have closed a circle of conversions; the old mode stands. */
  EDEADLK,
  /** The operation was cancelled; the old mode stands, or the new lock is gone. */
  ECANCEL,
  /** The lock is unlocked and gone. */
  EUNLOCK,
  /** An operation on the lock is outstanding. */
  EBUSY,
  /** Modes or flags that make no sense together. */
  EINVAL,
  /** No such lock. */
  ENOENT,
  /** The asked node does not know the resource: look up its master again. */
  EBADR,
  /** The asked node knows the resource but does not master it: look up again. */
  ENOTBLK;

  private static final FsDlmStatus[] VALUES = values();

  /** Returns the value on the wire. */
  public int wire() {
    return ordinal();
  }

  /** Returns the status of a wire value; one that nobody sends counts as {@link #EINVAL}. */
  public static FsDlmStatus ofWire(int wire) {
    return wire >= 0 && wire < VALUES.length ? VALUES[wire] : EINVAL;
  }
}
