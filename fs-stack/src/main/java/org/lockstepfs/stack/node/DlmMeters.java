package org.lockstepfs.stack.node;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A lock domain's meters, {@code lockstep.dlm.*} by volume. */
public final class DlmMeters {
  private final MeterRegistry registry;
  private final Tags volume;
  private final List<Meter> meters = new ArrayList<>();
  private final AtomicInteger locks = new AtomicInteger();

  /** Requests begun. */
  public final Counter requests;

  /** Conversions begun. */
  public final Counter conversions;

  /** Unlocks begun. */
  public final Counter unlocks;

  /** Cancels begun. */
  public final Counter cancels;

  /** Operations completed. */
  public final Counter asts;

  /** Calls to make way. */
  public final Counter basts;

  /** Messages sent. */
  public final Counter messages;

  /** Makes the meters of a volume. */
  public DlmMeters(MeterRegistry registry, String uuid) {
    this.registry = registry;
    this.volume = Tags.of("volume", uuid);
    String operations = "lockstep.dlm.operations";
    requests = counter(operations, "Lock operations begun", Tags.of("op", "request"));
    conversions = counter(operations, "Lock operations begun", Tags.of("op", "convert"));
    unlocks = counter(operations, "Lock operations begun", Tags.of("op", "unlock"));
    cancels = counter(operations, "Lock operations begun", Tags.of("op", "cancel"));
    asts = counter("lockstep.dlm.asts", "Lock operations completed", Tags.empty());
    basts = counter("lockstep.dlm.basts", "Calls to make way for other nodes", Tags.empty());
    messages = counter("lockstep.dlm.messages", "Messages sent to other nodes", Tags.empty());
    meters.add(
        Gauge.builder("lockstep.dlm.locks", locks, AtomicInteger::get)
            .description("Locks that this node holds or waits for")
            .tags(volume)
            .register(registry));
  }

  private Counter counter(String name, String description, Tags tags) {
    Counter counter =
        Counter.builder(name).description(description).tags(volume.and(tags)).register(registry);
    meters.add(counter);
    return counter;
  }

  /** A lock was requested. */
  public void lockCame() {
    locks.incrementAndGet();
  }

  /** A lock is gone. */
  public void lockWent() {
    locks.decrementAndGet();
  }

  /** Returns the locks that are held or waited for. */
  public int locks() {
    return locks.get();
  }

  /** Takes the meters away. */
  public void remove() {
    meters.forEach(registry::remove);
  }
}
