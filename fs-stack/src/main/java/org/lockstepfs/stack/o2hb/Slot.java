package org.lockstepfs.stack.o2hb;

import java.nio.ByteBuffer;
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

  /** Takes the first sample, which nothing can be concluded from. */
  void populate(ByteBuffer block) {
    HeartbeatBlock seen = HeartbeatBlock.read(block);
    lastSequence = seen.sequence();
    lastGeneration = seen.generation();
  }

  /** Forgets that the node was live: its region stops. */
  void shutDown() {
    state = NodeState.DEAD;
  }

  /** Takes a sample. Returns whether {@link #state} changed. */
  boolean check(ByteBuffer block) {
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
    return checkLive(generationChanged);
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
    int theirs = HeartbeatBlock.read(block).deadMs();
    if (theirs != 0 && theirs != timing.deadMs()) {
      LOG.error(
          "o2hb: node {} on {} counts as dead after {} ms by its own account, after {} ms by ours",
          node,
          region,
          theirs,
          timing.deadMs());
    }
    return true;
  }

  private boolean checkLive(boolean generationChanged) {
    if (equalSamples >= timing.deadThreshold() || generationChanged) {
      state = NodeState.DEAD;
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
}
