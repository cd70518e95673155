package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;
import org.lockstepfs.locks.o2dlm.O2DlmConfig;
import org.lockstepfs.stack.votes.VotesRunner;

/** By beats over the network, which go from node to node and name the volumes. */
final class VotesPresence implements Presence {
  private final VotesRunner votes;
  private final int key;
  private final long generation;
  private final LongSupplier nanoClock;

  private VotesPresence(VotesRunner votes, String name, long generation, LongSupplier nanoClock) {
    this.votes = votes;
    this.key = O2DlmConfig.domainKey(name);
    this.generation = generation;
    this.nanoClock = nanoClock;
  }

  /** Makes a new life on what is named so: a volume, or a lock domain that belongs to none. */
  static VotesPresence make(StackNode node, VotesRunner votes, String name) {
    return new VotesPresence(votes, name, node.nextGeneration(), node.nanoClock());
  }

  @Override
  public long generation() {
    return generation;
  }

  @Override
  public OptionalLong generationOf(int node) {
    return votes.lifeOf(key, node);
  }

  @Override
  public void start() throws IOException {
    votes.start(key, generation);
  }

  /** Nobody can fall silent unnoticed by a majority, without which this node has not started. */
  @Override
  public Map<Integer, Long> silentGenerations() {
    return Map.of();
  }

  @Override
  public CompletableFuture<DeathWatch.Look> look() {
    return CompletableFuture.completedFuture(
        new DeathWatch.Look(votes, nanoClock.getAsLong(), votes.heardNanos()));
  }

  @Override
  public void end(int node, long lookedAtNanos) {
    votes.end(node, lookedAtNanos);
  }

  @Override
  public long ageNanos() {
    return votes.ageNanos();
  }

  @Override
  public void stop() {
    votes.stop(key);
  }
}
