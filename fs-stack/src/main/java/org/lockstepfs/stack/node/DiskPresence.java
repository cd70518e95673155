package org.lockstepfs.stack.node;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** By heartbeats in the volume's heartbeat file. */
final class DiskPresence implements Presence {
  private final Running running;
  private final String uuid;
  private final VolumeHeartbeat heart;

  DiskPresence(Running running, String uuid, VolumeHeartbeat heart) {
    this.running = running;
    this.uuid = uuid;
    this.heart = heart;
  }

  @Override
  public long generation() {
    return heart.beats().generation();
  }

  @Override
  public OptionalLong generationOf(int node) {
    return heart.beats().generationOf(node);
  }

  @Override
  public void start() throws IOException {
    heart.start(running);
  }

  @Override
  public Map<Integer, Long> silentGenerations() {
    return heart.runner().silentGenerations();
  }

  @Override
  public CompletableFuture<DeathWatch.Look> look() {
    return heart
        .runner()
        .look()
        .thenApply(l -> new DeathWatch.Look(this, l.atNanos(), l.changedNanos()));
  }

  @Override
  public void end(int node, long lookedAtNanos) {
    heart.runner().end(node, lookedAtNanos);
  }

  @Override
  public long ageNanos() {
    return heart.runner().ageNanos();
  }

  @Override
  public void leave() {
    running.pins().awaitUnneeded(uuid, heart.beats());
    stop();
    running.pins().ended(heart.beats());
  }

  @Override
  public void stop() {
    heart.stop();
  }
}
