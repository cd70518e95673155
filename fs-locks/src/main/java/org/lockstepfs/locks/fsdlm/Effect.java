package org.lockstepfs.locks.fsdlm;

import org.lockstepfs.locks.fsdlm.message.Envelope;
import org.lockstepfs.locks.mode.LockMode;

/**
 * What the engine wants done. The driver takes effects with {@link FsDlm#poll()} and performs them
 * in order; it may call the engine again while it does so.
 */
public sealed interface Effect {

  /**
   * Send a message. Messages from one node to another arrive once each and in order as long as both
   * are in the set; a link that lost one must take its node out of the set.
   *
   * @param to node number
   */
  record Send(int to, Envelope envelope) implements Effect {}

  /**
   * An operation ended: {@code SUCCESS} (granted; value block filled in if it was asked for),
   * {@code EAGAIN}, {@code EDEADLK}, {@code ECANCEL}, {@code EUNLOCK}.
   *
   * @param mode what the lock holds after it, null if the lock is gone
   * @param demoted whether CONVDEADLK gave the old mode up, down to NL, before the operation ended
   * @param lvbInvalid whether the value block must not be trusted
   */
  record Ast(Lkb lock, FsDlmStatus status, LockMode mode, boolean demoted, boolean lvbInvalid)
      implements Effect {}

  /** Somebody waits for {@code blocked}; it may be late. */
  record Bast(Lkb lock, LockMode blocked) implements Effect {}

  /** Recovery is complete and locking goes on; the members are those of that start. */
  record Running(long seq) implements Effect {}

  /**
   * Lock state can no longer be trusted, or kept within bounds. The driver must stop the volume.
   */
  record Fault(String reason) implements Effect {}
}
