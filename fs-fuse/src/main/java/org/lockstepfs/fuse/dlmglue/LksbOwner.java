package org.lockstepfs.fuse.dlmglue;

import jnr.constants.platform.Errno;
import org.lockstepfs.locks.mode.LockMode;

/** Whose status block it is: gets the callbacks that the cluster sends for it. */
abstract class LksbOwner {

  /** A lock or convert call completed; null for success. */
  abstract void lockAst(Errno error);

  /** Another node wants {@code wanted}. */
  abstract void blockingAst(LockMode wanted);

  /** An unlock or cancel call completed; null for success. */
  abstract void unlockAst(Errno error);
}
