package org.lockstepfs.stack.fence;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.IntFunction;

/** The real {@link FenceAttempts} for a simulation: the agent and its time are the simulator's. */
public final class SteppedFence {
  private SteppedFence() {}

  /**
   * Makes what tries until an agent has succeeded.
   *
   * @param agent begins an attempt at a node
   */
  public static PeerFence attempts(
      IntFunction<CompletableFuture<Void>> agent, ScheduledExecutorService executor) {
    return new FenceAttempts(agent::apply, executor);
  }
}
