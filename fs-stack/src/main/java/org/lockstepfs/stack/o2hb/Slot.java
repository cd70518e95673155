package org.lockstepfs.stack.o2hb;

import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What successive samples of one node's block tell ({@code struct o2hb_disk_slot},
 * o2hb_check_slot).
 */
final class Slot {
  private static final Logger LOG = LoggerFactory.getLogger(Slot.class);

  private final int node;
  private final HeartbeatTiming timing;
  private final String region;
  private NodeState state = NodeState.DEAD;
  private long lastSequence;
  private long lastGeneration;
  private int equalSamples;
  private int changedSamples;
  private int quietSamples;
  private long observedSequence;
  private long observedGeneration;
  private long changedNanos;
  private int deadMs;
  private boolean fellSilent;

  Slot(int node, HeartbeatTiming timing, String region) {
    this.node = node;
    this.timing = timing;
    this.region = region;
  }

  NodeState state() {
    return state;
  }

  long generation() {
    return lastGeneration;
  }

  /** Returns whether a dead node has begun to beat and not been quiet for longer than this. */
  boolean stirring(int maxQuietSamples) {
    return state == NodeState.DEAD
        && changedSamples > 0
        && lastGeneration != 0
        && quietSamples <= maxQuietSamples;
  }

  /** Returns after how long the node counts as dead by its own account; 0 if it does not say. */
  int deadMs() {
    return deadMs;
  }

  /** Returns when the read ended that saw the block's present content first. */
  long changedNanos() {
    return changedNanos;
  }

  /** Returns whether a dead node was found dead by its silence alone. */
  boolean fellSilent() {
    return fellSilent;
  }

  /** Takes the first sample, which nothing can be concluded from. */
  void populate(ByteBuffer block, long nowNanos) {
    HeartbeatBlock seen = HeartbeatBlock.read(block);
    lastSequence = seen.sequence();
    lastGeneration = seen.generation();
    observedSequence = lastSequence;
    observedGeneration = lastGeneration;
    changedNanos = nowNanos;
  }

  /**
   * Looks at the block without counting it as a sample. Returns whether it is seen to have changed.
   *
   * @param nowNanos a time after the read
   */
  boolean observe(ByteBuffer block, long nowNanos) {
    HeartbeatBlock seen = HeartbeatBlock.read(block);
    boolean changed =
        seen.sequence() != observedSequence || seen.generation() != observedGeneration;
    if (!changed || !HeartbeatBlock.valid(block)) {
      return false;
    }
    observedSequence = seen.sequence();
    observedGeneration = seen.generation();
    changedNanos = nowNanos;
    return true;
  }

  /** Forgets that the node was live: its region stops. */
  void shutDown() {
    state = NodeState.DEAD;
  }

  /** Counts anew from here: this node has not looked for a long time. */
  void restart(long nowNanos) {
    equalSamples = 0;
    changedNanos = nowNanos;
  }

  /** The node's process is known to have ended: it is dead until it beats anew. */
  void end() {
    state = NodeState.DEAD;
    fellSilent = false;
    changedSamples = 0;
  }

  /**
   * Takes a sample, which {@link #observe} has seen. Returns whether {@link #state} changed.
   *
   * @param nowNanos a time after the read
   */
  boolean check(ByteBuffer block, long nowNanos) {
    boolean generationChanged = false;
    if (HeartbeatBlock.valid(block)) {
      generationChanged = count(HeartbeatBlock.read(block));
    } else if (state == NodeState.DEAD) {
      // A new heartbeat file has no checksums.
      return false;
    } else {
      LOG.warn("o2hb: node {} has a bad checksum on {}", node, region);
      equalSamples++;
    }
    if (state == NodeState.DEAD) {
      return checkDead(block);
    }
    return checkLive(generationChanged, nowNanos);
  }

  private boolean count(HeartbeatBlock seen) {
    if (seen.sequence() == lastSequence) {
      equalSamples++;
      quietSamples++;
    } else {
      changedSamples++;
      quietSamples = 0;
    }
    lastSequence = seen.sequence();
    boolean generationChanged = seen.generation() != lastGeneration;
    if (generationChanged) {
      // The node left, or left and came back before we noticed: down first, up again later.
      equalSamples = 0;
      lastGeneration = seen.generation();
    }
    return generationChanged;
  }

  private boolean checkDead(ByteBuffer block) {
    if (changedSamples < HeartbeatTiming.LIVE_THRESHOLD || lastGeneration == 0) {
      return false;
    }
    state = NodeState.LIVE;
    equalSamples = 0;
    deadMs = HeartbeatBlock.read(block).deadMs();
    return true;
  }

  private boolean checkLive(boolean generationChanged, long nowNanos) {
    if (generationChanged || silent(nowNanos)) {
      state = NodeState.DEAD;
      fellSilent = !generationChanged;
      // After a change of generation the node is still writing.
      if (!generationChanged || lastGeneration == 0) {
        changedSamples = 0;
      }
      return true;
    }
    if (changedSamples > 0) {
      changedSamples = 0;
      equalSamples = 0;
    }
    return false;
  }

  private boolean silent(long nowNanos) {
    return equalSamples >= timing.deadThreshold()
        && nowNanos - changedNanos >= TimeUnit.MILLISECONDS.toNanos(timing.verdictMs());
  }
}
