package org.lockstepfs.fuse.dlmglue;

import java.io.IOException;
import org.lockstepfs.locks.mode.LockMode;

/**
 * What the owner of a cluster lock does when the lock comes and goes. Defaults suit a lock that
 * protects no cache.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c, struct ocfs2_lock_res_ops.
 */
public interface LockOps {
  /** Operations of a lock that protects nothing but an order of events. */
  LockOps NONE = new LockOps() {};

  /**
   * Brings what the lock protects up to date: called by the first taker after the lock was at NL,
   * while all others wait, with the lock held. Where a dead node's journal may hold what is about
   * to be read, this waits for its recovery first.
   *
   * @param lvb the value block as the last holder left it, 64 bytes, not to be kept or changed;
   *     null if nobody vouches for one. The content may still be untrustworthy: see {@link MetaLvb}
   * @throws IOException if it failed: the taker gets the error and the next one tries again
   */
  default void refresh(byte[] lvb) throws IOException {}

  /**
   * Returns whether the disk has everything that the lock protects, so that the lock may be
   * converted to {@code newLevel}. Called often, mostly with the lock's state locked: must not
   * block, nor take a lock under which a {@link LockRes} method is called.
   */
  default boolean checkDownconvert(LockMode newLevel) {
    return true;
  }

  /**
   * Makes {@link #checkDownconvert} true, by a checkpoint of the journal for instance. Called on a
   * thread of its own or on the one that drops the lock; may take its time.
   *
   * @throws IOException if it failed: the lock stays, and the call is repeated later
   */
  default void checkpoint() throws IOException {}

  /**
   * Returns whether {@link #downconvertWorker} may wait for anything that itself needs a cluster
   * lock, as a kernel does that writes back its pages first. It then runs beside the downconvert
   * thread, which meanwhile serves the other locks.
   */
  default boolean workerMayBlock() {
    return false;
  }

  /**
   * Writes back and drops caches before the lock goes. No holder is left that is incompatible with
   * {@code blocking}, and none comes. Called again if another node meanwhile wants more, or if the
   * cluster could not convert at once.
   *
   * @param blocking what another node wants: EX (the lock goes to NL) or PR (it goes to PR)
   */
  default UnblockAction downconvertWorker(LockMode blocking) {
    return UnblockAction.CONTINUE;
  }

  /** Fills the value block, 64 bytes, before the lock leaves EX. Must not block. */
  default void setLvb(byte[] lvb) {}

  /**
   * Another node waits for the lock, which is held here. Must not block, nor call methods of the
   * {@link LockRes} that do.
   *
   * @param by the mode that the other node wants
   */
  default void blocked(LockMode by) {}

  /** Called last, when the downconvert thread has let go of the lock, which may be dropped here. */
  default void postUnlock() {}
}
