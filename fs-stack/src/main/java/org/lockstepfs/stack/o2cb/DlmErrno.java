package org.lockstepfs.stack.o2cb;

import jnr.constants.platform.Errno;
import org.lockstepfs.locks.o2dlm.DlmStatus;

/**
 * What a status of o2dlm is to the file system. Three values mean something to it and stand for one
 * status each: EAGAIN for NOTQUEUED, EBUSY for CANCELGRANT, ECANCELED for CANCEL.
 *
 * <p>Source: Linux fs/ocfs2/stack_o2cb.c, status_map.
 */
final class DlmErrno {
  private DlmErrno() {}

  /** Returns null for success. */
  static Errno of(DlmStatus status) {
    return switch (status) {
      case NORMAL -> null;
      case NOTQUEUED -> Errno.EAGAIN;
      case CANCELGRANT -> Errno.EBUSY;
      case CANCEL -> Errno.ECANCELED;
      case DENIED, DENIED_NOLOCKS, WORKING, DENIED_GRACE_PERIOD -> Errno.EACCES;
      case SYSERR, MAXHANDLES -> Errno.ENOMEM;
      case NOSUPPORT -> Errno.EPROTO;
      case CVTUNGRANT, REJECTED, NO_DEVICE_PERMISSION -> Errno.EPERM;
      case DEADLOCK -> Errno.EDEADLK;
      case TIMEOUT -> Errno.ETIMEDOUT;
      case VERS_CONFLICT -> Errno.EOPNOTSUPP;
      case BAD_DEVICE_PATH, NO_CONTROL_DEVICE -> Errno.ENOENT;
      case RECOVERING -> Errno.ENOTCONN;
      case MIGRATING -> Errno.ERESTART;
      case GRANTED,
          BLOCKED,
          BLOCKED_ORPHAN,
          IVLOCKID,
          SYNC,
          BADTYPE,
          BADRESOURCE,
          NOCLINFO,
          NOLOCKMGR,
          NOPURGED,
          BADARGS,
          VOID,
          IVBUFLEN,
          BADPARAM,
          VALNOTVALID,
          ABORT,
          IVRESHANDLE,
          DENIED_NOASTS,
          FORWARD,
          IVGROUPID ->
          Errno.EINVAL;
    };
  }
}
