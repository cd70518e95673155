package org.lockstepfs.fuse.kernel;

import org.lockstepfs.fuse.kernel.wire.Opcode;

/**
 * Hears of every answered request, on the thread that answers; it must be quick and must not throw.
 */
public interface OperationListener {
  /** Hears nothing. */
  OperationListener NONE = (op, durationNs, errno) -> {};

  /**
   * A request was answered.
   *
   * @param durationNs from its reading to its answer, in nanoseconds
   * @param errno 0 for success
   */
  void answered(Opcode op, long durationNs, int errno);
}
