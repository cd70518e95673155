package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;

/** How a node shows that it lives and has a volume, and knows of others that they do. */
interface Presence {

  /** Makes a new life on a volume that is not started; by votes the region is not used. */
  static Presence make(StackNode node, Running running, String uuid, HeartbeatRegion region)
      throws IOException {
    if (running.votes().isPresent()) {
      return VotesPresence.make(node, running.votes().get(), uuid);
    }
    return new DiskPresence(running, uuid, VolumeHeartbeat.make(node, running, uuid, region));
  }

  /** Returns the life of this node on the volume. */
  long generation();

  /** Returns the life of a node that is live on the volume; any thread. */
  OptionalLong generationOf(int node);

  /**
   * Begins, and waits until this node and the others know of each other. To be followed by {@link
   * #stop} in any case.
   *
   * @throws IOException with one line that says why, if it does not come to that
   */
  void start() throws IOException;

  /** Returns the lives of nodes that have fallen silent on the volume without having left it. */
  Map<Integer, Long> silentGenerations();

  /** Looks who shows signs of life; fails if that is not possible. */
  CompletableFuture<DeathWatch.Look> look();

  /**
   * A node's process is known to have ended.
   *
   * @param lookedAtNanos time of the last look; if it has shown a sign of life since, it lives
   */
  void end(int node, long lookedAtNanos);

  /** Returns the time since this node's last sign of life that counts. */
  long ageNanos();

  /** As {@link #stop}, once lock domains that belong to no volume do not need it any more. */
  default void leave() {
    stop();
  }

  /** Leaves; logs, and does not fail, if the others cannot be told. */
  void stop();
}
