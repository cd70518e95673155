package org.lockstepfs.locks.o2dlm;

/**
 * Result of a lock operation; the ordinal is the value on the wire.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmapi.h, enum dlm_status.
 */
public enum DlmStatus {
  /** Done, or accepted and queued. */
  NORMAL,
  /** Granted; unused by o2dlm. */
  GRANTED,
  /** The lock is not in a state that allows the operation. */
  DENIED,
  /** Out of resources. */
  DENIED_NOLOCKS,
  /** Asynchronous request in progress; unused. */
  WORKING,
  /** Blocked; unused. */
  BLOCKED,
  /** Blocked by an orphan lock; unused. */
  BLOCKED_ORPHAN,
  /** Topology changes; unused. */
  DENIED_GRACE_PERIOD,
  /** System error, in practice out of memory. */
  SYSERR,
  /** Unsupported. */
  NOSUPPORT,
  /** A cancel came too late: the lock was granted before. */
  CANCELGRANT,
  /** No such lock or resource. */
  IVLOCKID,
  /** Synchronous grant; unused. */
  SYNC,
  /** Bad resource type; unused. */
  BADTYPE,
  /** Bad resource; unused. */
  BADRESOURCE,
  /** Too many handles; unused. */
  MAXHANDLES,
  /** No cluster manager; unused. */
  NOCLINFO,
  /** The master cannot be reached. */
  NOLOCKMGR,
  /** No purge daemon; unused. */
  NOPURGED,
  /** Bad arguments. */
  BADARGS,
  /** No status; unused. */
  VOID,
  /** NOQUEUE was asked for and the lock is not grantable now. */
  NOTQUEUED,
  /** Resource name empty or longer than 32 bytes. */
  IVBUFLEN,
  /** Conversion of an ungranted lock; unused. */
  CVTUNGRANT,
  /** Bad lock mode or flag. */
  BADPARAM,
  /** Value block invalid; unused. */
  VALNOTVALID,
  /** The domain is not joined here. */
  REJECTED,
  /** Blocked request cancelled; unused. */
  ABORT,
  /** Conversion cancelled; unused on the wire. */
  CANCEL,
  /** Bad handle; unused. */
  IVRESHANDLE,
  /** Deadlock; unused. */
  DEADLOCK,
  /** No AST could be made; unused. */
  DENIED_NOASTS,
  /** Not the master, or busy: look again for the master and retry. */
  FORWARD,
  /** Timed out; unused. */
  TIMEOUT,
  /** Bad group; unused. */
  IVGROUPID,
  /** Version conflict; unused. */
  VERS_CONFLICT,
  /** Bad device path; unused. */
  BAD_DEVICE_PATH,
  /** No permission on the device; unused. */
  NO_DEVICE_PERMISSION,
  /** No control device; unused. */
  NO_CONTROL_DEVICE,
  /** The resource is being recovered: wait and retry. */
  RECOVERING,
  /** The resource is being migrated: wait and retry. */
  MIGRATING;

  private static final DlmStatus[] VALUES = values();

  /** Returns the value on the wire, 0 to 40. */
  public int wire() {
    return ordinal();
  }

  /**
   * Returns the status of a wire value; a value that no kernel sends counts as {@link #BADARGS}.
   */
  public static DlmStatus ofWire(int wire) {
    return wire >= 0 && wire < VALUES.length ? VALUES[wire] : BADARGS;
  }

  /** Returns whether the requester should look for the master again and repeat the operation. */
  boolean isRetry() {
    return this == RECOVERING || this == MIGRATING || this == FORWARD;
  }
}
