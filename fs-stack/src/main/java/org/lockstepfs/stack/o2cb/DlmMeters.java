package org.lockstepfs.stack.o2cb;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** A lock domain's meters, {@code lockstep.dlm.*} by volume. */
final class DlmMeters {
  private final MeterRegistry registry;
  private final Tags volume;
  private final List<Meter> meters = new ArrayList<>();
  private final AtomicInteger locks = new AtomicInteger();
  final Counter requests;
  final Counter conversions;
  final Counter unlocks;
  final Counter cancels;
  final Counter asts;
  final Counter basts;
  final Counter messages;

  DlmMeters(MeterRegistry registry, String uuid) {
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

  void lockCame() {
    locks.incrementAndGet();
  }

  void lockWent() {
    locks.decrementAndGet();
  }

  int locks() {
    return locks.get();
  }

  void remove() {
    meters.forEach(registry::remove);
  }
}
