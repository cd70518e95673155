package org.lockstepfs.stack.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;
import org.lockstepfs.stack.o2hb.RegionHeartbeat;
import org.lockstepfs.stack.o2quo.Decision;
import org.lockstepfs.stack.o2quo.Quorum;

/** The real heartbeat on the simulated disk, and the real quorum. */
public final class DiskHeart implements Heart {
  private static final HeartbeatTiming TIMING = HeartbeatTiming.FAST;
  private static final int QUORUM_DELAY_MS = 3_000;

  private final SimNode node;
  private final SimWorld world;
  private final RegionHeartbeat heartbeat;
  private final Quorum quorum;

  /** Makes the heart of a life. */
  public DiskHeart(SimNode node) {
    this.node = node;
    this.world = node.world;
    boolean hasty = world.sabotage == Sabotage.HASTY_QUORUM;
    this.heartbeat = heartbeat();
    this.quorum =
        new Quorum(
            node.number,
            TIMING.intervalMs(),
            hasty ? 0 : QUORUM_DELAY_MS,
            n -> hasty ? clockMs() + 1 : node.liveNodes.lastBeatNanos(n) / SimWorld.MS);
  }

  private RegionHeartbeat heartbeat() {
    try {
      return new RegionHeartbeat(
          new HeartbeatRegion(node.disk(), 0, SimWorld.SECTOR, 16),
          world.config,
          world.config.node(node.number).orElseThrow(),
          TIMING,
          node.liveNodes,
          node.fence,
          node.generation,
          node::clock,
          node::timeOfDay);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private long clockMs() {
    return node.clock() / SimWorld.MS;
  }

  @Override
  public void start() {
    world.after(0, () -> node.thread(this::startHeart));
  }

  private void startHeart() {
    try {
      heartbeat.start();
      beat();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void beat() {
    if (!node.isUp()) {
      return;
    }
    long begun = world.now();
    try {
      heartbeat.beat();
    } catch (IOException e) {
      if (!node.fence.isFenced() && node.isUp()) {
        throw new UncheckedIOException(e);
      }
    }
    node.waitWhileStopped();
    long next = begun + node.onItsClock(heartbeat.intervalMs() * SimWorld.MS);
    world.after(Math.max(0, next - world.now()), () -> node.thread(this::beat));
  }

  @Override
  public long life() {
    return node.generation;
  }

  @Override
  public boolean isSteady() {
    return heartbeat.phase() == RegionHeartbeat.Phase.STEADY;
  }

  @Override
  public boolean hasFailed() {
    return heartbeat.phase() == RegionHeartbeat.Phase.FAILED;
  }

  @Override
  public boolean isLeaving() {
    return heartbeat.phase() == RegionHeartbeat.Phase.STOPPED;
  }

  @Override
  public void poll() {
    quorum.tick(clockMs());
    Decision decision = quorum.poll();
    if (decision != null && decision.fence() && world.sabotage != Sabotage.NO_QUORUM) {
      node.fence.fence(decision.reason());
    }
  }

  @Override
  public long generationOf(int other) {
    return heartbeat.generationOf(other).orElse(0);
  }

  @Override
  public Map<Integer, Long> silentGenerations() {
    return heartbeat.silentGenerations();
  }

  @Override
  public void leave(Runnable then) {
    try {
      heartbeat.stop();
    } catch (IOException e) {
      // It leaves without a word.
    }
    then.run();
  }

  @Override
  public boolean wantsLink(int other) {
    return node.liveNodes.isLive(other);
  }

  @Override
  public boolean accepts(SimNode other) {
    return node.knownGeneration(other.number) == other.generation;
  }

  @Override
  public void linkUp(SimNode other) {
    quorum.linkUp(other.number);
  }

  @Override
  public void linkDown(int other) {
    quorum.linkDown(other, clockMs());
  }

  @Override
  public void nodeUp(int other) {
    quorum.heartbeatUp(other);
  }

  @Override
  public void nodeDown(int other) {
    quorum.heartbeatDown(other);
  }
}
