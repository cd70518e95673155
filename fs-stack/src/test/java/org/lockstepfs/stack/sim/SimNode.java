package org.lockstepfs.stack.sim;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.fence.TestFence;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2hb.HeartbeatTiming;
import org.lockstepfs.stack.o2hb.LiveNodes;
import org.lockstepfs.stack.o2hb.RegionHeartbeat;
import org.lockstepfs.stack.o2quo.Decision;
import org.lockstepfs.stack.o2quo.Quorum;

/**
 * A node with the real heartbeat, quorum and fence, and an application that writes now and then.
 * Its clock has a rate and a start of its own; it can be stopped, killed, and its disk can hang.
 */
final class SimNode implements HeartbeatListener {
  private static final HeartbeatTiming TIMING = HeartbeatTiming.FAST;
  private static final int IDLE_MS = 4_000;
  private static final int QUORUM_DELAY_MS = 3_000;
  private static final int POLL_MS = 100;
  private static final int DRAIN_MS = 500;

  final int number;
  final LiveNodes liveNodes = new LiveNodes();
  final SelfFence fence;
  final long[] seenDownAt = new long[16];
  private final SimWorld world;
  private final double rate;
  private final long offsetNanos;
  private final RegionHeartbeat heartbeat;
  private final Quorum quorum;
  private final boolean[] linked = new boolean[16];
  private final boolean[] silent = new boolean[16];
  private final long[] badSince = new long[16];
  private long stoppedUntil;
  private long stoppedNanos;
  private long hangsUntil;
  private long dayStepNanos;
  private long givenUpAt = Long.MAX_VALUE;
  private int writes;
  private long fencedAt = -1;
  private boolean ended;

  SimNode(SimWorld world, int number) throws IOException {
    this.world = world;
    this.number = number;
    this.rate = 1 + (world.random.nextDouble() - 0.5) * 0.02;
    this.offsetNanos = world.random.nextLong() / 4;
    this.fence = new SelfFence(new TestFence(), this::fenceClock);
    this.heartbeat =
        new RegionHeartbeat(
            new HeartbeatRegion(new Disk(), 0, SimWorld.SECTOR, 16),
            world.config,
            world.config.node(number).orElseThrow(),
            TIMING,
            liveNodes,
            fence,
            1_000 + number,
            this::clock,
            () -> (world.now() + dayStepNanos) / 1_000_000_000 + 1_000_000);
    this.quorum =
        new Quorum(
            number,
            TIMING.intervalMs(),
            world.sabotage == Sabotage.HASTY_QUORUM ? 0 : QUORUM_DELAY_MS,
            n ->
                world.sabotage == Sabotage.HASTY_QUORUM
                    ? clock() / SimWorld.MS + 1
                    : liveNodes.lastBeatNanos(n) / SimWorld.MS);
    liveNodes.add(this, PRIORITY_NET);
    world.nodes.add(this);
  }

  void start() {
    world.after(0, () -> thread(this::startHeart));
    world.after(0, this::poll);
    world.after(world.between(1, 500), () -> thread(this::application));
  }

  private long clock() {
    return offsetNanos + (long) (world.now() * rate);
  }

  private long fenceClock() {
    return switch (world.sabotage) {
      case FENCE_BY_TIME_OF_DAY -> clock() + dayStepNanos;
      case FENCE_CLOCK_STOPS -> clock() - stoppedNanos;
      case SLOW_FENCE_CLOCK -> clock() / 10 * 7;
      default -> clock();
    };
  }

  // What happens to it.

  void stop(long nanos) {
    stoppedUntil = Math.max(stoppedUntil, world.now() + nanos);
    stoppedNanos += nanos;
  }

  void hang(long nanos) {
    hangsUntil = Math.max(hangsUntil, world.now() + nanos);
  }

  void stepTimeOfDay(long nanos) {
    dayStepNanos += nanos;
  }

  void end() {
    ended = true;
  }

  boolean isUp() {
    return !ended;
  }

  boolean isSteady() {
    return heartbeat.phase() == RegionHeartbeat.Phase.STEADY;
  }

  private boolean isStopped() {
    return world.now() < stoppedUntil;
  }

  /** Runs a piece of a thread of this node, when the node runs. */
  private void thread(Runnable piece) {
    if (!ended) {
      waitWhileStopped();
      piece.run();
    }
  }

  private void waitWhileStopped() {
    while (isStopped()) {
      world.passUntil(stoppedUntil);
    }
  }

  // Its threads.

  private void startHeart() {
    try {
      heartbeat.start();
      beat();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void beat() {
    if (ended) {
      return;
    }
    long begun = world.now();
    try {
      heartbeat.beat();
    } catch (IOException e) {
      if (!fence.isFenced() && !ended) {
        throw new UncheckedIOException(e);
      }
    }
    waitWhileStopped();
    long next = begun + (long) (heartbeat.intervalMs() * SimWorld.MS / rate);
    world.after(Math.max(0, next - world.now()), () -> thread(this::beat));
  }

  private void application() {
    if (isSteady()) {
      try {
        new Disk().write(15L * SimWorld.SECTOR, ByteBuffer.allocate(SimWorld.SECTOR));
      } catch (IOException e) {
        // Refused, as it should be.
      }
    }
    world.after(world.between(20, 800), () -> thread(this::application));
  }

  /** Watchdog, fence, event loop and timer in one: looks at everything every so often. */
  private void poll() {
    if (ended) {
      return;
    }
    if (!isStopped()) {
      if (world.sabotage != Sabotage.NO_GUARD) {
        fence.checkDeadlines();
      }
      world.nodes.stream().filter(other -> other != this).forEach(this::watchLink);
      quorum.tick(clock() / SimWorld.MS);
      Decision decision = quorum.poll();
      if (decision != null && decision.fence() && world.sabotage != Sabotage.NO_QUORUM) {
        fence.fence(decision.reason());
      }
      if (fence.isFenced()) {
        obeyFence();
      }
    }
    world.after(POLL_MS * SimWorld.MS, this::poll);
  }

  /** What {@link SelfFence#act} does, which waits for writes under way in real time. */
  private void obeyFence() {
    if (fencedAt < 0) {
      fencedAt = world.now();
    }
    if (writes == 0) {
      ended = true;
      fence.act();
    } else if (world.now() - fencedAt > DRAIN_MS * SimWorld.MS) {
      ended = true;
    }
  }

  private void watchLink(SimNode other) {
    int n = other.number;
    boolean wanted = liveNodes.isLive(n) && other.liveNodes.isLive(number);
    boolean passes = other.isUp() && !other.isStopped() && !world.isCut(this, other);
    if (!linked[n]) {
      if (wanted && passes) {
        linked[n] = true;
        badSince[n] = -1;
        quorum.linkUp(n);
      }
    } else if (!other.isUp() && !world.isCut(this, other)) {
      unlink(n);
    } else if (passes) {
      badSince[n] = -1;
      if (silent[n]) {
        silent[n] = false;
        quorum.linkUp(n);
      }
    } else if (badSince[n] < 0) {
      badSince[n] = world.now();
    } else if (!silent[n] && world.now() - badSince[n] > IDLE_MS * SimWorld.MS) {
      silent[n] = true;
      quorum.linkDown(n, clock() / SimWorld.MS);
    }
  }

  private void unlink(int n) {
    if (linked[n]) {
      linked[n] = false;
      silent[n] = false;
      quorum.linkDown(n, clock() / SimWorld.MS);
    }
  }

  // What it hears.

  @Override
  public void nodeUp(int node, long generation) {
    quorum.heartbeatUp(node);
  }

  @Override
  public void nodeDown(int node) {
    quorum.heartbeatDown(node);
    unlink(node);
    seenDownAt[node] = world.now();
    for (SimNode other : world.nodes) {
      if (other.number == node && other != this && !ended && !fence.isFenced()) {
        other.givenUpBy(this);
      }
    }
  }

  private void givenUpBy(SimNode peer) {
    givenUpAt = Math.min(givenUpAt, world.now());
    boolean mayWrite = !ended && !fence.isFenced() && fence.marginNanos() > 0;
    if (mayWrite && world.sabotage != Sabotage.NO_GUARD) {
      world.violation(
          "node " + peer.number + " gives up node " + number + ", which may still write");
    }
  }

  /** The shared disk behind this node's guard, as {@code DirectDevice} asks it. */
  private final class Disk implements BlockDevice {
    @Override
    public int sectorSize() {
      return SimWorld.SECTOR;
    }

    @Override
    public long size() {
      return world.disk.length;
    }

    @Override
    public String name() {
      return "disk";
    }

    private void waitForDisk() {
      while (world.now() < hangsUntil) {
        world.passUntil(hangsUntil);
      }
    }

    @Override
    public void read(long offset, ByteBuffer dst) {
      waitForDisk();
      dst.put(world.disk, (int) offset, dst.remaining());
      waitWhileStopped();
    }

    @Override
    public void write(long offset, ByteBuffer src) throws IOException {
      waitWhileStopped();
      if (world.sabotage != Sabotage.NO_GUARD) {
        fence.begin();
      }
      if (ended && fencedAt < 0) {
        throw new IOException("killed");
      }
      if (world.now() >= givenUpAt) {
        world.violation("node " + number + " writes after it was given up");
      }
      byte[] bytes = new byte[src.remaining()];
      src.get(bytes);
      writes++;
      waitForDisk();
      System.arraycopy(bytes, 0, world.disk, (int) offset, bytes.length);
      writes--;
      if (world.sabotage != Sabotage.NO_GUARD) {
        fence.end();
      }
      waitWhileStopped();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @Override
  public String toString() {
    return number + (ended ? " ended" : "") + " sees " + Arrays.toString(linked);
  }
}
