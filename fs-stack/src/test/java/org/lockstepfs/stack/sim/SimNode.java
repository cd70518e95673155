package org.lockstepfs.stack.sim;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.fence.TestFence;
import org.lockstepfs.stack.o2hb.HeartbeatListener;
import org.lockstepfs.stack.o2hb.LiveNodes;

/**
 * A node with a real heart and fence, and an application that writes now and then. Its clock has a
 * rate and a start of its own; it can be stopped, killed, and its disk can hang. One object is one
 * life of a node. A link is TCP's as o2net uses it: one that fell silent goes on later, one that
 * broke is not made again before the peer's heartbeat has ended.
 */
public class SimNode implements HeartbeatListener {
  private static final int IDLE_MS = 4_000;
  private static final int POLL_MS = 100;
  private static final int DRAIN_MS = 500;

  public final int number;
  public final long generation;
  public final LiveNodes liveNodes = new LiveNodes(this::fencePeer);
  public final SelfFence fence;
  final long[] seenDownAt = new long[16];
  protected final SimWorld world;
  private final double rate;
  private final long offsetNanos;
  protected final Heart heart;
  private final SimNode[] linked = new SimNode[16];
  private final boolean[] givenUp = new boolean[16];
  private final long[] generations = new long[16];
  private final boolean[] silent = new boolean[16];
  private final long[] badSince = new long[16];
  private final Map<Integer, Queue<Optional<SimNode>>> fallen = new HashMap<>();
  private long stoppedUntil;
  private long stoppedNanos;
  private long hangsUntil;
  private long dayStepNanos;
  private long givenUpAt = Long.MAX_VALUE;
  private long takenOverAt = Long.MAX_VALUE;
  private int writes;
  private long fencedAt = -1;
  private boolean ended;
  private boolean cutOff;

  SimNode(SimWorld world, int number) {
    this(world, number, 1_000 + number, DiskHeart::new);
  }

  /** Makes a life that {@link #start} begins; an earlier one of the same number has ended. */
  public SimNode(SimWorld world, int number, long generation, Function<SimNode, Heart> heart) {
    this.world = world;
    this.number = number;
    this.generation = generation;
    this.rate = 1 + (world.random.nextDouble() - 0.5) * 0.02;
    this.offsetNanos = world.random.nextLong() / 4;
    this.fence = new SelfFence(new TestFence(), this::fenceClock);
    this.heart = heart.apply(this);
    liveNodes.add(this, PRIORITY_NET);
    liveNodes.add(new TakeOver(), PRIORITY_DLM - 1);
    world.nodes.removeIf(other -> other.number == number);
    world.nodes.add(this);
  }

  public void start() {
    heart.start();
    world.after(0, this::poll);
    world.after(world.between(1, 500), () -> thread(this::application));
  }

  protected final long clock() {
    return offsetNanos + (long) (world.now() * rate);
  }

  final long timeOfDay() {
    return (world.now() + dayStepNanos) / 1_000_000_000 + 1_000_000;
  }

  /** Returns how long a span of this node's clock takes. */
  final long onItsClock(long nanos) {
    return (long) (nanos / rate);
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

  public void stop(long nanos) {
    stoppedUntil = Math.max(stoppedUntil, world.now() + nanos);
    stoppedNanos += nanos;
  }

  public void hang(long nanos) {
    hangsUntil = Math.max(hangsUntil, world.now() + nanos);
  }

  public void stepTimeOfDay(long nanos) {
    dayStepNanos += nanos;
  }

  /** It is killed. */
  public void end() {
    if (!ended) {
      ended = true;
      gone();
    }
  }

  /** The life has ended. */
  protected void gone() {}

  public boolean isUp() {
    return !ended;
  }

  public boolean isSteady() {
    return heart.isSteady();
  }

  public boolean isStopped() {
    return world.now() < stoppedUntil;
  }

  /** Runs a piece of a thread of this node, when the node runs. */
  protected final void thread(Runnable piece) {
    if (!ended) {
      waitWhileStopped();
      piece.run();
    }
  }

  /** As {@link #thread}, for what no other piece of this node waits for. */
  protected final void whenRunning(Runnable piece) {
    if (isStopped()) {
      world.after(stoppedUntil - world.now(), () -> whenRunning(piece));
    } else if (!ended) {
      piece.run();
    }
  }

  final void waitWhileStopped() {
    while (isStopped()) {
      world.passUntil(stoppedUntil);
    }
  }

  // Its threads.

  /** A program that writes now and then. */
  protected void application() {
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
      heart.poll();
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
      gone();
    } else if (world.now() - fencedAt > DRAIN_MS * SimWorld.MS) {
      end();
    }
  }

  private void watchLink(SimNode other) {
    int n = other.number;
    boolean passes = other.isUp() && !other.isStopped() && !world.isCut(this, other);
    if (linked[n] == null) {
      boolean wanted = heart.wantsLink(n) && other.heart.wantsLink(number);
      if (wanted && passes && !givenUp[n] && heart.accepts(other)) {
        linked[n] = other;
        badSince[n] = -1;
        heart.linkUp(other);
        linkMade(n);
      }
    } else if ((!linked[n].isUp() || linked[n].linked[number] != this && linked[n].dropped(this))
        && !world.isCut(this, other)) {
      breakLink(n);
    } else if (passes) {
      badSince[n] = -1;
      if (silent[n]) {
        silent[n] = false;
        heart.linkUp(other);
      }
    } else if (badSince[n] < 0) {
      badSince[n] = world.now();
    } else if (!silent[n] && world.now() - badSince[n] > IDLE_MS * SimWorld.MS) {
      silent[n] = true;
      heart.linkDown(n);
      linkSilent(n);
    }
  }

  /** Whether it has closed its end of a link. */
  private boolean dropped(SimNode other) {
    return givenUp[other.number] || !heart.accepts(other);
  }

  private void unlink(int n) {
    if (linked[n] != null) {
      SimNode other = linked[n];
      linked[n] = null;
      silent[n] = false;
      heart.linkDown(n);
      linkLost(other);
    }
  }

  /** The connection to a node that goes on beating is gone. */
  public void breakLink(int n) {
    givenUp[n] = true;
    unlink(n);
  }

  /** A connection to a node may be made though one was given up. */
  protected final void forgiveLink(int n) {
    givenUp[n] = false;
  }

  protected final boolean isGivenUp(int n) {
    return givenUp[n];
  }

  /** A connection that was silent is made anew: what was on it is lost. */
  public void renewLink(SimNode other) {
    if (linked[other.number] == other && other.linked[number] == this) {
      unlink(other.number);
      other.unlink(number);
    }
  }

  /** Returns whether a link to that life is gone that is not made again while both live. */
  public boolean hasGivenUp(SimNode other) {
    return givenUp[other.number] && generations[other.number] == other.generation;
  }

  /** Returns the generation of the life of a node that this one takes for live; 0 if none. */
  protected final long knownGeneration(int n) {
    return generations[n];
  }

  /** Returns whether messages pass to that life of a node at this moment. */
  public boolean reaches(SimNode other) {
    return linked[other.number] == other
        && other.linked[number] == this
        && !world.isCut(this, other)
        && other.isUp()
        && !other.isStopped();
  }

  /** Returns the life that this node has a link to, or null. */
  protected final SimNode linked(int n) {
    return linked[n];
  }

  /** Messages pass to a node. */
  protected void linkMade(int n) {}

  /** Nothing has come from a node for the idle time-out. */
  protected void linkSilent(int n) {}

  /** A connection is closed; what was on it is lost. */
  protected void linkLost(SimNode other) {}

  // What it hears.

  @Override
  public void nodeUp(int node, long nodeGeneration) {
    generations[node] = nodeGeneration;
    givenUp[node] = false;
    heart.nodeUp(node);
  }

  @Override
  public void nodeDown(int node) {
    heart.nodeDown(node);
    unlink(node);
    seenDownAt[node] = world.now();
    Optional<SimNode> meant =
        world.nodes.stream()
            .filter(other -> other != this && other.number == node)
            .filter(other -> other.heart.life() == generations[node] && verdictCounts())
            .findFirst();
    meant.ifPresent(other -> other.givenUpBy(this));
    fallen.computeIfAbsent(node, n -> new ArrayDeque<>()).add(meant);
    generations[node] = 0;
  }

  private boolean verdictCounts() {
    return !ended && !heart.isLeaving() && !fence.isFenced();
  }

  /** Has a node fenced from outside that fell silent. */
  protected CompletableFuture<Void> fencePeer(int node) {
    return CompletableFuture.completedFuture(null);
  }

  /** Those who take over what a node had hear that they may. */
  private final class TakeOver implements HeartbeatListener {
    @Override
    public void nodeUp(int node, long nodeGeneration) {}

    @Override
    public void nodeDown(int node) {
      fallen
          .get(node)
          .remove()
          .ifPresent(other -> other.takenOverAt = Math.min(other.takenOverAt, world.now()));
    }
  }

  private void givenUpBy(SimNode peer) {
    givenUpAt = Math.min(givenUpAt, world.now());
    // Who joins, or has left, writes nothing but its own block.
    boolean mayWrite = !ended && isSteady() && !fence.isFenced() && fence.marginNanos() > 0;
    if (mayWrite && world.sabotage != Sabotage.NO_GUARD) {
      world.violation(
          "node " + peer.number + " gives up node " + number + ", which may still write");
    }
  }

  /** The storage takes nothing of it any more, not even what is under way. */
  public void cutOff() {
    cutOff = true;
  }

  /** Returns whether its process has ended and has no write under way. */
  public boolean isOver() {
    return ended && writes == 0;
  }

  final BlockDevice disk() {
    return new Disk();
  }

  /** A write to some other part of the shared disk, which this node's threads do not wait for. */
  protected final void write(Runnable effect, Runnable done) {
    if (ended) {
      return;
    }
    if (isStopped()) {
      whenRunning(() -> write(effect, done));
      return;
    }
    try {
      beginWrite();
    } catch (IOException e) {
      return;
    }
    writes++;
    long takes = Math.max(0, hangsUntil - world.now()) + world.between(0, 3);
    boolean hung = hangsUntil > world.now();
    world.after(takes, () -> written(effect, done, hung));
  }

  private void written(Runnable effect, Runnable done, boolean hung) {
    writes--;
    if (world.sabotage != Sabotage.NO_GUARD) {
      fence.end();
    }
    boolean late = ended || fence.isFenced() || fence.marginNanos() <= 0;
    boolean lost = hung && late && !world.lateWritesLand && world.sabotage != Sabotage.NO_GUARD;
    if (cutOff || lost) {
      return;
    }
    if (world.now() >= takenOverAt) {
      world.violation("node " + number + " writes what was taken over");
    }
    effect.run();
    whenRunning(done);
  }

  private void beginWrite() throws IOException {
    if (world.sabotage != Sabotage.NO_GUARD) {
      fence.begin();
    }
    if (world.now() >= givenUpAt) {
      world.violation("node " + number + " writes after it was given up");
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
      if (ended && fencedAt < 0) {
        throw new IOException("killed");
      }
      beginWrite();
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
    StringBuilder text = new StringBuilder(number + (ended ? " ended" : "") + " sees");
    for (SimNode other : linked) {
      text.append(other == null ? "" : " " + other.number);
    }
    return text.toString();
  }
}
