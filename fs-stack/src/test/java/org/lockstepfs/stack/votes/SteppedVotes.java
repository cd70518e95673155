package org.lockstepfs.stack.votes;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2net.NodeLinks;

/** The real {@link VotesDriver} for a simulation: its time and network are the simulator's. */
public final class SteppedVotes {
  /** Message type of beats. */
  public static final int BEAT_TYPE = VotesRunner.BEAT_TYPE;

  /** What beats of the simulation's timing follow. */
  public static final VotesTiming TIMING = VotesTiming.of(HeartbeatTiming.FAST);

  private static final int KEY = 7;

  private final VotesDriver driver;
  private CompletableFuture<Void> joined = new CompletableFuture<>();

  /** Makes a driver of a node with one volume. */
  public SteppedVotes(
      VotesConfig config,
      NodeLinks net,
      LiveNodes liveNodes,
      SelfFence fence,
      LongSupplier generations,
      LongSupplier nanoClock,
      ScheduledExecutorService executor) {
    driver = new VotesDriver(config, net, liveNodes, fence, generations, nanoClock, executor);
    driver.open();
  }

  /** Begins to join; {@code life} is the node's on the volume. */
  public void start(long life) {
    try {
      joined = driver.add(KEY, life);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns whether the node has joined. */
  public boolean isSteady() {
    return joined.isDone();
  }

  /** Gives the volume up; completes when all others have heard of it, then {@link #left}. */
  public CompletableFuture<Void> leave() {
    return driver.remove(KEY);
  }

  /** Is done with leaving. */
  public void left() {
    driver.left();
    driver.close();
  }

  /** Returns the life of a live node on the volume; 0 if it has none. */
  public long lifeOf(int node) {
    return driver.lifeOf(KEY, node).orElse(0);
  }

  /** Returns for each live node when it was last heard. */
  public Map<Integer, Long> heardNanos() {
    return driver.heardNanos();
  }

  /** A node's process is known to have ended. */
  public void ended(int node, long lookedAtNanos) {
    driver.ended(node, lookedAtNanos);
  }

  /** Returns what a joiner waits for. */
  public String waitsFor() {
    return driver.waitsFor();
  }

  /** Lets a broken rule change a beat. */
  public static byte[] changed(byte[] beat, UnaryOperator<Beat> change) {
    return change.apply(decoded(beat)).encode();
  }

  /** Returns what a beat says. */
  public static Beat decoded(byte[] beat) {
    try {
      return Beat.decode(beat);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
