package org.lockstepfs.fuse.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.io.Closeable;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import org.lockstepfs.blockdev.device.DeviceListener;
import org.lockstepfs.blockdev.journal.JournalStats;
import org.lockstepfs.fuse.dlmglue.LockStats;
import org.lockstepfs.fuse.dlmglue.LockType;
import org.lockstepfs.stack.glue.PlockStats;

/** A mounted volume's meters: its device, and its cluster locks by type. Gone when closed. */
public final class VolumeMeters implements DeviceListener, Closeable {
  private static final String IO = "lockstep.device.io";

  private final MeterRegistry registry;
  private final Tags volume;
  private final List<Meter> meters = new ArrayList<>();

  /** Meters hold what they read only weakly. */
  private final List<Object> watched = new ArrayList<>();

  private final Timer reads;
  private final Timer writes;
  private final Timer flushes;
  private final Counter bytesRead;
  private final Counter bytesWritten;
  private final Counter errors;

  /**
   * Makes the meters of the device.
   *
   * @param uuid the volume's, as a label
   */
  public VolumeMeters(MeterRegistry registry, String uuid) {
    this.registry = registry;
    this.volume = Tags.of("volume", uuid);
    reads = timer("read");
    writes = timer("write");
    flushes = timer("flush");
    bytesRead = bytes("read");
    bytesWritten = bytes("write");
    errors =
        keep(
            Counter.builder("lockstep.device.errors")
                .description("Device operations that failed")
                .tags(volume)
                .register(registry));
  }

  private Timer timer(String op) {
    return keep(
        Timer.builder(IO)
            .description("Device operations")
            .tags(volume.and("op", op))
            .register(registry));
  }

  private Counter bytes(String op) {
    return keep(
        Counter.builder("lockstep.device.transferred")
            .description("Bytes read from the device and written to it")
            .baseUnit("bytes")
            .tags(volume.and("op", op))
            .register(registry));
  }

  private <M extends Meter> M keep(M meter) {
    meters.add(meter);
    return meter;
  }

  /** Adds the volume's locks. */
  public void watchLocks(Function<LockType, LockStats> stats) {
    for (LockType type : LockType.values()) {
      watch(type, stats.apply(type));
    }
  }

  /** Adds the volume's byte-range locks. */
  public void watchByteRanges(PlockStats stats) {
    count(volume, stats, "lockstep.plock.requests", "Byte ranges asked for", PlockStats::requests);
    count(
        volume,
        stats,
        "lockstep.plock.remote",
        "Requests that other nodes had to be asked about",
        PlockStats::remoteRequests);
    count(
        volume, stats, "lockstep.plock.messages", "Messages to other nodes", PlockStats::messages);
    result(stats, "granted", PlockStats::granted);
    result(stats, "conflict", PlockStats::conflicts);
    result(stats, "deadlock", PlockStats::deadlocks);
    result(stats, "interrupted", PlockStats::interrupted);
    result(stats, "failed", PlockStats::failures);
    gauge(stats, "lockstep.plock.waiting", "Requests not answered yet", PlockStats::waiting);
    keep(
        FunctionTimer.builder(
                "lockstep.plock.wait",
                stats,
                PlockStats::waits,
                PlockStats::waitNanos,
                TimeUnit.NANOSECONDS)
            .description("Requests that were not answered at once")
            .tags(volume)
            .register(registry));
  }

  private void result(PlockStats stats, String result, ToDoubleFunction<PlockStats> value) {
    count(
        volume.and("result", result), stats, "lockstep.plock.results", "Requests answered", value);
  }

  /** Adds the journal. */
  public void watchJournal(Supplier<JournalStats> stats) {
    watched.add(stats);
    journal(stats, "commits", "Transactions written to the log", JournalStats::commits);
    journal(stats, "logged.blocks", "Metadata blocks in them", JournalStats::loggedBlocks);
    journal(stats, "revoked.blocks", "Revoke records in them", JournalStats::revokedBlocks);
    journal(stats, "home.blocks", "Blocks written home by checkpoints", JournalStats::homeBlocks);
    gauge(stats, "lockstep.journal.used.blocks", "Log blocks in use", s -> s.get().usedLogBlocks());
    gauge(stats, "lockstep.journal.size.blocks", "Log blocks", s -> s.get().logBlocks());
  }

  private void journal(
      Supplier<JournalStats> stats,
      String what,
      String description,
      ToDoubleFunction<JournalStats> value) {
    count(
        volume, stats, "lockstep.journal." + what, description, s -> value.applyAsDouble(s.get()));
  }

  private <T> void gauge(T of, String name, String description, ToDoubleFunction<T> value) {
    keep(Gauge.builder(name, of, value).description(description).tags(volume).register(registry));
  }

  private void watch(LockType type, LockStats stats) {
    Tags tags = volume.and("type", type.label());
    locks(tags, stats, "requests", "Cluster locks asked for", LockStats::requests);
    locks(tags, stats, "cached", "Requests met without message or wait", LockStats::cached);
    locks(tags, stats, "failures", "Requests that failed, EAGAIN included", LockStats::failures);
    locks(
        tags, stats, "refreshes", "Caches read again after a lock was away", LockStats::refreshes);
    locks(tags, stats, "basts", "Calls to make way for another node", LockStats::basts);
    locks(tags, stats, "downconverts", "Locks given down for another", LockStats::downconverts);
    keep(
        FunctionTimer.builder(
                "lockstep.locks.wait",
                stats,
                LockStats::waits,
                LockStats::waitNanos,
                TimeUnit.NANOSECONDS)
            .description("Requests that waited for the cluster or for another thread's")
            .tags(tags)
            .register(registry));
  }

  private void locks(
      Tags tags,
      LockStats stats,
      String what,
      String description,
      ToDoubleFunction<LockStats> value) {
    count(tags, stats, "lockstep.locks." + what, description, value);
  }

  private <T> void count(
      Tags tags, T of, String name, String description, ToDoubleFunction<T> value) {
    keep(
        FunctionCounter.builder(name, of, value)
            .description(description)
            .tags(tags)
            .register(registry));
  }

  @Override
  public void onRead(int bytes, long nanos, boolean failed) {
    reads.record(nanos, TimeUnit.NANOSECONDS);
    count(bytesRead, bytes, failed);
  }

  @Override
  public void onWrite(int bytes, long nanos, boolean failed) {
    writes.record(nanos, TimeUnit.NANOSECONDS);
    count(bytesWritten, bytes, failed);
  }

  @Override
  public void onFlush(long nanos, boolean failed) {
    flushes.record(nanos, TimeUnit.NANOSECONDS);
    if (failed) {
      errors.increment();
    }
  }

  private void count(Counter transferred, int bytes, boolean failed) {
    if (failed) {
      errors.increment();
    } else {
      transferred.increment(bytes);
    }
  }

  @Override
  public void close() {
    meters.forEach(registry::remove);
  }
}
