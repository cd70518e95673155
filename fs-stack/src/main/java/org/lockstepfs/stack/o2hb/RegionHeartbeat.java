package org.lockstepfs.stack.o2hb;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.config.ClusterNode;
import org.lockstepfs.stack.fence.Deadline;
import org.lockstepfs.stack.fence.SelfFence;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heartbeat of one volume, a beat at a time ({@code struct o2hb_region},
 * o2hb_do_disk_heartbeat). Not thread-safe but for the getters that say so.
 *
 * <p>Differs from the kernel in two ways, neither visible to a kernel peer. Before its first write
 * it watches its own block, if the last owner has not left cleanly, and refuses to start when
 * somebody else is writing it. And while joining it beats faster, so that a mount need not wait for
 * four whole intervals.
 */
public final class RegionHeartbeat {
  private static final Logger LOG = LoggerFactory.getLogger(RegionHeartbeat.class);

  /** Samples of a joiner that span two intervals of the others, and some. */
  private static final int STIRRING_SAMPLES = 10;

  /** How far a heartbeat has come. */
  public enum Phase {
    /** Watching whether somebody else writes our block; nothing is written. */
    WATCHING,
    /** Beating; not all live nodes may have been seen yet. */
    JOINING,
    /** Beating; all nodes that were live when we started are known. */
    STEADY,
    /** Gave up: our block belongs to somebody else, or membership does not settle. */
    FAILED,
    /** Left. */
    STOPPED
  }

  /**
   * What the blocks of the nodes that are live say.
   *
   * @param atNanos when the read ended
   * @param changedNanos when each one's present content was first seen
   */
  public record Look(long atNanos, Map<Integer, Long> changedNanos) {}

  private final HeartbeatRegion region;
  private final String name;
  private final int self;
  private final HeartbeatTiming timing;
  private final LiveNodes liveNodes;
  private final SelfFence fence;
  private final Deadline deadline;
  private final LongSupplier nanoClock;
  private final LongSupplier wallClockSeconds;
  private final long generation;
  private final TreeMap<Integer, Slot> slots = new TreeMap<>();
  private final Map<Integer, Long> liveGenerations = new ConcurrentHashMap<>();
  private final ByteBuffer sample;

  private volatile Phase phase = Phase.WATCHING;
  private volatile String failure = "";
  private volatile long lastWriteNanos;
  private long startedNanos;
  private long firstWriteNanos;
  private long lastChangeNanos;
  private long sampledNanos;
  private volatile long sequence;
  private HeartbeatBlock written;
  private volatile boolean ownSlotOk;
  private volatile boolean failing;

  /**
   * Makes the heartbeat of a region; nothing is read or written yet.
   *
   * @param fence stops this node when its heartbeat fails; asked before each write of it
   * @param generation random, not zero
   * @param nanoClock monotonic
   * @throws IOException if the region has no block for one of the configured nodes
   */
  public RegionHeartbeat(
      HeartbeatRegion region,
      ClusterConfig config,
      ClusterNode self,
      HeartbeatTiming timing,
      LiveNodes liveNodes,
      SelfFence fence,
      long generation,
      LongSupplier nanoClock,
      LongSupplier wallClockSeconds)
      throws IOException {
    if (generation == 0) {
      throw new IllegalArgumentException("generation 0 means that the node has left");
    }
    this.region = region;
    this.name = region.device().name();
    this.self = self.number();
    this.timing = timing;
    this.liveNodes = liveNodes;
    this.fence = fence;
    this.generation = generation;
    this.nanoClock = nanoClock;
    this.wallClockSeconds = wallClockSeconds;
    for (ClusterNode node : config.nodes()) {
      if (node.number() >= region.blocks()) {
        throw new IOException(
            name
                + ": heartbeat file of "
                + region.blocks()
                + " blocks has none for node "
                + node.number());
      }
      slots.put(node.number(), new Slot(node.number(), timing, name));
    }
    int span = slots.lastKey() - slots.firstKey() + 1;
    this.sample = ByteBuffer.allocateDirect(span * region.blockSize());
    this.deadline = fence.deadline(name, timing.writeTimeoutMs(), this::sayThatWeAreGone);
  }

  /** Returns how far the heartbeat has come; any thread. */
  public Phase phase() {
    return phase;
  }

  /** Returns why the phase is {@link Phase#FAILED}, in one line; any thread. */
  public String failure() {
    return failure;
  }

  /** Returns when the last completed write of our block began, on the given clock; any thread. */
  public long lastWriteNanos() {
    return lastWriteNanos;
  }

  /** Returns the generation of this start of the heartbeat; any thread. */
  public long generation() {
    return generation;
  }

  /** Returns the generation of a node that is live in this region; any thread. */
  public OptionalLong generationOf(int node) {
    Long seen = liveGenerations.get(node);
    return seen == null ? OptionalLong.empty() : OptionalLong.of(seen);
  }

  /** Returns the time to the next beat, measured from the start of the last one, in ms. */
  public int intervalMs() {
    return phase == Phase.STEADY ? timing.intervalMs() : timing.joiningIntervalMs();
  }

  /**
   * Returns whether a write of ours has not completed for half of its time though the device has
   * reported no error; any thread.
   */
  public boolean isHung() {
    return phase == Phase.STEADY && !failing && elapsedMs(lastWriteNanos) >= timing.hungMs();
  }

  /** Returns the nodes that are live in this region; any thread. */
  public BitSet liveNow() {
    BitSet live = new BitSet();
    liveGenerations.keySet().forEach(live::set);
    return live;
  }

  /** Lets this node write as long as if a heartbeat write had begun then; any thread. */
  public void extendDeadline(long sinceNanos) {
    deadline.renew(sinceNanos);
  }

  /**
   * Returns the nodes that are not live here although they have not left, with the generations of
   * their last heartbeat. To be called when steady, before anything can have gone on from there.
   */
  public Map<Integer, Long> silentGenerations() {
    Map<Integer, Long> silent = new TreeMap<>();
    slots.forEach(
        (node, slot) -> {
          if (slot.state() == NodeState.DEAD && slot.generation() != 0) {
            silent.put(node, slot.generation());
          }
        });
    return silent;
  }

  /** Takes the first sample. Must come before the first {@link #beat}. */
  public void start() throws IOException {
    readSlots();
    slots.forEach((node, slot) -> slot.populate(blockOf(node), sampledNanos));
    HeartbeatBlock own = HeartbeatBlock.read(blockOf(self));
    sequence = own.sequence();
    written = own;
    startedNanos = nanoClock.getAsLong();
    lastWriteNanos = startedNanos;
    lastChangeNanos = startedNanos;
    if (own.generation() == 0 || !HeartbeatBlock.valid(blockOf(self))) {
      join();
    }
  }

  private void join() {
    phase = Phase.JOINING;
    firstWriteNanos = nanoClock.getAsLong();
    lastWriteNanos = firstWriteNanos;
  }

  /**
   * One beat: reads all blocks, writes ours, draws the conclusions and calls listeners.
   *
   * @throws IOException if the device fails; the beat is then as good as not done
   */
  public void beat() throws IOException {
    try {
      beatOnce();
      failing = false;
    } catch (IOException e) {
      failing = true;
      throw e;
    }
  }

  private void beatOnce() throws IOException {
    if (phase == Phase.STOPPED || phase == Phase.FAILED) {
      return;
    }
    readSlots();
    ownSlotOk = checkOwnSlot();
    if (phase == Phase.WATCHING) {
      watch();
    }
    if (phase == Phase.JOINING && !ownSlotOk) {
      fail("node number " + self + " is in use by another node that heartbeats on " + name);
    }
    // Who only watches is not there yet: it must not hear of others before they can hear of it.
    if (phase == Phase.JOINING && elapsedMs(lastWriteNanos) >= timing.writeTimeoutMs()) {
      fail("heartbeat on " + name + " stalled while joining; others may have given us up");
    }
    if (phase == Phase.JOINING || phase == Phase.STEADY) {
      long before = lastWriteNanos;
      writeOwnBlock(generation);
      if (elapsedMs(before) >= timing.hungMs()) {
        // Others may have been given time meanwhile because we hung as well.
        slots.values().forEach(slot -> slot.restart(nanoClock.getAsLong()));
      } else {
        checkSlots();
      }
      settle();
    }
  }

  private void watch() {
    if (!ownSlotOk) {
      fail("node number " + self + " is in use by another node that heartbeats on " + name);
    } else if (elapsedMs(startedNanos) >= timing.steadyAfterMs()) {
      join();
    }
  }

  private void fail(String reason) {
    failure = reason;
    phase = Phase.FAILED;
    LOG.error("o2hb: {}", reason);
  }

  private void readSlots() throws IOException {
    sample.clear();
    region.device().read(offsetOf(slots.firstKey()), sample);
    sampledNanos = nanoClock.getAsLong();
  }

  private long offsetOf(int node) {
    return (region.firstBlock() + node) * region.blockSize();
  }

  private ByteBuffer blockOf(int node) {
    int at = (node - slots.firstKey()) * region.blockSize();
    return sample.duplicate().clear().position(at).limit(at + region.blockSize()).slice();
  }

  /** Whether our block is as we left it. */
  private boolean checkOwnSlot() {
    HeartbeatBlock seen = HeartbeatBlock.read(blockOf(self));
    boolean ours = seen.equals(written);
    if (!ours && phase == Phase.STEADY) {
      LOG.error(
          "o2hb: our block on {} is not what we wrote: node {} generation {} sequence {}, expected"
              + " node {} generation {} sequence {}",
          name,
          seen.node(),
          Long.toHexString(seen.generation()),
          seen.sequence(),
          written.node(),
          Long.toHexString(written.generation()),
          written.sequence());
    }
    return ours;
  }

  private void writeOwnBlock(long blockGeneration) throws IOException {
    long begun = nanoClock.getAsLong();
    sequence = Math.max(sequence + 1, wallClockSeconds.getAsLong());
    ByteBuffer block =
        HeartbeatBlock.make(region.blockSize(), sequence, self, blockGeneration, timing.deadMs());
    HeartbeatBlock content = HeartbeatBlock.read(block);
    fence.begin();
    try {
      region.device().write(offsetOf(self), block);
    } finally {
      fence.end();
    }
    written = content;
    if (ownSlotOk) {
      lastWriteNanos = begun;
      // A joiner has nothing to lose yet, and a bad new disk must not stop the other volumes.
      if (phase == Phase.STEADY) {
        deadline.renew(begun);
      }
    }
  }

  private void checkSlots() {
    slots.forEach(
        (node, slot) -> {
          observe(node, slot);
          if (slot.check(blockOf(node), sampledNanos)) {
            changed(node, slot);
          }
        });
  }

  private void observe(int node, Slot slot) {
    if (slot.observe(blockOf(node), sampledNanos)) {
      liveNodes.beat(node, sampledNanos);
    }
  }

  /** Reads all blocks without counting that as a sample of anybody. */
  Look look() throws IOException {
    readSlots();
    Map<Integer, Long> changed = new TreeMap<>();
    slots.forEach(
        (node, slot) -> {
          observe(node, slot);
          if (slot.state() == NodeState.LIVE) {
            changed.put(node, slot.changedNanos());
          }
        });
    return new Look(sampledNanos, changed);
  }

  /** As {@link HeartbeatRunner#end}. */
  void end(int node, long lookedAtNanos) {
    Slot slot = slots.get(node);
    if (slot.state() == NodeState.LIVE && slot.changedNanos() - lookedAtNanos <= 0) {
      slot.end();
      changed(node, slot);
    }
  }

  private void changed(int node, Slot slot) {
    lastChangeNanos = nanoClock.getAsLong();
    boolean live = slot.state() == NodeState.LIVE;
    LOG.info("o2hb: node {} {} {}", node, live ? "joined" : "left", name);
    if (live) {
      compareTiming(node, slot);
      liveGenerations.put(node, slot.generation());
      liveNodes.up(this, node, slot.generation());
    } else {
      liveGenerations.remove(node);
      liveNodes.down(this, node, slot.fellSilent());
    }
  }

  /** Time-outs that differ break the promise that a node stops before others give it up. */
  private void compareTiming(int node, Slot slot) {
    if (slot.deadMs() == 0 || slot.deadMs() == timing.deadMs()) {
      return;
    }
    String difference =
        "node "
            + node
            + " on "
            + name
            + " counts as dead after "
            + slot.deadMs()
            + " ms by its own account, after "
            + timing.deadMs()
            + " ms by ours; all nodes need the same timing";
    if (phase == Phase.JOINING) {
      fail(difference);
    } else {
      LOG.error("o2hb: {}", difference);
    }
  }

  /** Decides whether a joiner has seen everybody and been seen. */
  private void settle() {
    if (phase == Phase.JOINING
        && ownSlotOk
        && slots.get(self).state() == NodeState.LIVE
        && slots.values().stream().noneMatch(s -> s.stirring(STIRRING_SAMPLES))
        && elapsedMs(firstWriteNanos) >= timing.steadyAfterMs()
        && elapsedMs(lastChangeNanos) >= timing.intervalMs() / 2) {
      phase = Phase.STEADY;
      deadline.renew(lastWriteNanos);
    } else if (phase == Phase.JOINING && elapsedMs(startedNanos) >= timing.unsteadyMs()) {
      fail("heartbeat on " + name + " does not settle");
    }
  }

  private long elapsedMs(long sinceNanos) {
    return TimeUnit.NANOSECONDS.toMillis(nanoClock.getAsLong() - sinceNanos);
  }

  /** Returns the nodes that are live in this region. */
  public BitSet live() {
    BitSet live = new BitSet();
    slots.forEach((node, slot) -> live.set(node, slot.state() == NodeState.LIVE));
    return live;
  }

  /**
   * Leaves: tells the listeners that everybody is gone from here, then the others by writing
   * generation 0.
   *
   * @throws IOException if that write fails; the others then wait until the block counts as dead
   */
  public void stop() throws IOException {
    phase = Phase.STOPPED;
    boolean late = deadline.hasPassed();
    fence.remove(deadline);
    slots.forEach(
        (node, slot) -> {
          slot.shutDown();
          liveNodes.down(this, node, false);
        });
    if (!late && ownSlotOk && written.generation() == generation) {
      writeOwnBlock(0);
    }
  }

  /**
   * A fenced node's last write, as if it left: the others need not wait until its block counts as
   * dead. Runs on the fence's thread, when the heartbeat's own writes have ended.
   */
  void sayThatWeAreGone() {
    try {
      if (ownSlotOk) {
        writeOwnBlock(0);
      }
    } catch (IOException e) {
      LOG.error("o2hb: the others are not told that we are gone: {}", e.getMessage());
    }
  }
}
