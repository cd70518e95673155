package org.lockstepfs.stack.node;

import java.util.List;
import org.lockstepfs.stack.glue.RecoveryHandler;

/** The real {@link Returns} for a simulation. */
public final class SteppedReturns {
  private final Returns returns;

  /** Passes deaths on to {@code next}, and tells it of returns. */
  public SteppedReturns(RecoveryHandler next) {
    returns = new Returns(next);
  }

  /** Returns what is to hear of deaths. */
  public RecoveryHandler handler() {
    return returns;
  }

  /** These are the members now. */
  public void members(List<Integer> now) {
    returns.members(now);
  }
}
