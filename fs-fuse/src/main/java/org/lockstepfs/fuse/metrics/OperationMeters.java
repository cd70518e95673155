package org.lockstepfs.fuse.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReferenceArray;
import jnr.constants.platform.Errno;
import org.lockstepfs.fuse.kernel.OperationListener;
import org.lockstepfs.fuse.kernel.wire.Opcode;

/** Times FUSE operations, and counts their errors. */
public final class OperationMeters implements OperationListener {
  private static final Duration[] BUCKETS = {
    Duration.ofNanos(50_000),
    Duration.ofNanos(200_000),
    Duration.ofMillis(1),
    Duration.ofMillis(5),
    Duration.ofMillis(25),
    Duration.ofMillis(100),
    Duration.ofSeconds(1)
  };

  /** An operation that failed, and how. */
  private record Failed(Opcode op, int errno) {}

  private final MeterRegistry registry;
  private final AtomicReferenceArray<Timer> timers =
      new AtomicReferenceArray<>(Opcode.values().length);
  private final Map<Failed, Counter> errors = new ConcurrentHashMap<>();

  /** Makes meters; an operation appears with its first request. */
  public OperationMeters(MeterRegistry registry) {
    this.registry = registry;
  }

  @Override
  public void answered(Opcode op, long durationNs, int errno) {
    Timer timer = timers.get(op.ordinal());
    if (timer == null) {
      timer = timer(op);
      timers.set(op.ordinal(), timer);
    }
    timer.record(durationNs, TimeUnit.NANOSECONDS);
    if (errno != 0) {
      errors.computeIfAbsent(new Failed(op, Math.abs(errno)), this::counter).increment();
    }
  }

  private Timer timer(Opcode op) {
    return Timer.builder("lockstep.fuse.operations")
        .description("Requests of the kernel, from reading to answer")
        .tag("op", label(op))
        .serviceLevelObjectives(BUCKETS)
        .register(registry);
  }

  private Counter counter(Failed failed) {
    return Counter.builder("lockstep.fuse.errors")
        .description("Requests of the kernel that were answered with an error")
        .tag("op", label(failed.op()))
        .tag("errno", Errno.valueOf(failed.errno()).name())
        .register(registry);
  }

  private static String label(Opcode op) {
    return op.name().toLowerCase(Locale.ROOT);
  }
}
