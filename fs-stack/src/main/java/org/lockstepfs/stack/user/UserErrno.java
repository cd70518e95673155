package org.lockstepfs.stack.user;

import jnr.constants.platform.Errno;
import org.lockstepfs.locks.fsdlm.FsDlmStatus;

/**
 * What a status of fsdlm is to the file system. What only fs/dlm's nodes say to each other never
 * gets here and counts as EINVAL.
 *
 * <p>Source: Linux fs/ocfs2/stack_user.c, fsdlm_lock_ast_wrapper.
 */
final class UserErrno {
  private UserErrno() {}

  /** Returns null for success. */
  static Errno of(FsDlmStatus status) {
    return switch (status) {
      case SUCCESS -> null;
      case EAGAIN -> Errno.EAGAIN;
      case EDEADLK -> Errno.EDEADLK;
      case ECANCEL -> Errno.ECANCELED;
      case EBUSY -> Errno.EBUSY;
      case ENOENT -> Errno.ENOENT;
      case EUNLOCK, EINPROGRESS, EINVAL, EBADR, ENOTBLK -> Errno.EINVAL;
    };
  }
}
