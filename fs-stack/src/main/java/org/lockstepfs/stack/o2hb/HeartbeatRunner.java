package org.lockstepfs.stack.o2hb;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.TimeGauge;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.lockstepfs.stack.o2hb.RegionHeartbeat.Phase;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Beats one region's heart on a thread of its own, for a slow disk must not hold up anything else.
 * The time that a beat takes is part of the interval.
 */
public final class HeartbeatRunner {
  private static final Logger LOG = LoggerFactory.getLogger(HeartbeatRunner.class);
  private static final int STOP_TIMEOUT_SECONDS = 10;

  private final RegionHeartbeat heartbeat;
  private final ScheduledExecutorService executor;
  private final LongSupplier nanoClock;
  private final MeterRegistry registry;
  private final CompletableFuture<Void> steady = new CompletableFuture<>();
  private final List<io.micrometer.core.instrument.Meter> meters = new ArrayList<>();
  private final Counter beats;
  private final Counter errors;
  private volatile boolean stopping;

  /**
   * Makes a runner.
   *
   * @param executor one thread, this region's; shut down by {@link #stop}
   * @param volume tag of the metrics
   */
  public HeartbeatRunner(
      RegionHeartbeat heartbeat,
      ScheduledExecutorService executor,
      LongSupplier nanoClock,
      MeterRegistry registry,
      String volume) {
    this.heartbeat = heartbeat;
    this.executor = executor;
    this.nanoClock = nanoClock;
    this.registry = registry;
    Tags tags = Tags.of("volume", volume);
    beats =
        Counter.builder("lockstep.heartbeat.beats")
            .description("Completed heartbeats")
            .tags(tags)
            .register(registry);
    errors =
        Counter.builder("lockstep.heartbeat.errors")
            .description("Heartbeats that the device failed")
            .tags(tags)
            .register(registry);
    Gauge age =
        TimeGauge.builder(
                "lockstep.heartbeat.age", this, TimeUnit.NANOSECONDS, HeartbeatRunner::ageNanos)
            .description("Time since the last completed heartbeat write began")
            .tags(tags)
            .register(registry);
    meters.add(beats);
    meters.add(errors);
    meters.add(age);
  }

  /** Returns the time since the last completed write of our block began. */
  public long ageNanos() {
    return nanoClock.getAsLong() - heartbeat.lastWriteNanos();
  }

  /**
   * Starts and waits until the heartbeat is steady. To be followed by {@link #stop} in any case.
   *
   * @throws IOException with one line that says why, if it does not get there
   */
  public void start() throws IOException {
    executor.execute(
        () -> {
          try {
            heartbeat.start();
            run();
          } catch (IOException e) {
            steady.completeExceptionally(e);
          }
        });
    try {
      steady.get();
    } catch (ExecutionException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the heartbeat starts", e);
    }
  }

  private void run() {
    if (stopping) {
      return;
    }
    long begun = nanoClock.getAsLong();
    try {
      heartbeat.beat();
      beats.increment();
    } catch (IOException e) {
      errors.increment();
      LOG.error("o2hb: {}", e.getMessage());
      // Who waits for the first beats must not wait for a device that takes none.
      if (!steady.isDone()) {
        steady.completeExceptionally(e);
        return;
      }
    } catch (RuntimeException e) {
      LOG.error("o2hb: a listener failed", e);
    }
    Phase phase = heartbeat.phase();
    if (phase == Phase.FAILED) {
      steady.completeExceptionally(new IOException(heartbeat.failure()));
      return;
    }
    if (phase == Phase.STEADY) {
      steady.complete(null);
    }
    long tookNanos = nanoClock.getAsLong() - begun;
    long waitNanos = TimeUnit.MILLISECONDS.toNanos(heartbeat.intervalMs()) - tookNanos;
    executor.schedule(this::run, Math.max(0, waitNanos), TimeUnit.NANOSECONDS);
  }

  /** As {@link RegionHeartbeat#silentGenerations}. */
  public Map<Integer, Long> silentGenerations() {
    return heartbeat.silentGenerations();
  }

  /** Looks at the blocks out of turn; fails if the device does, or the region is left. */
  public CompletableFuture<RegionHeartbeat.Look> look() {
    CompletableFuture<RegionHeartbeat.Look> seen = new CompletableFuture<>();
    Runnable look =
        () -> {
          try {
            seen.complete(heartbeat.look());
          } catch (IOException | RuntimeException e) {
            seen.completeExceptionally(e);
          }
        };
    try {
      executor.execute(look);
    } catch (RejectedExecutionException e) {
      seen.completeExceptionally(e);
    }
    return seen;
  }

  /**
   * Declares a node dead whose process is known to have ended.
   *
   * @param lookedAtNanos time of the last look; if the block was seen to change since, the node
   *     lives
   */
  public void end(int node, long lookedAtNanos) {
    try {
      executor.execute(() -> heartbeat.end(node, lookedAtNanos));
    } catch (RejectedExecutionException e) {
      LOG.debug("o2hb: left before node {} was declared dead", node);
    }
  }

  /** Leaves the region; logs, and does not fail, if the device does not take the last write. */
  public void stop() {
    stopping = true;
    try {
      executor.submit(this::leave).get(STOP_TIMEOUT_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LOG.warn("o2hb: left without telling the other nodes", e);
    }
    executor.shutdownNow();
    meters.forEach(registry::remove);
  }

  private Void leave() throws IOException {
    heartbeat.stop();
    return null;
  }
}
