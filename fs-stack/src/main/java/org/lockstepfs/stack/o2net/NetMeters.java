package org.lockstepfs.stack.o2net;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/** o2net's counters: {@code lockstep.net.messages}, {@code .bytes}, {@code .link.errors}. */
final class NetMeters {
  private final Counter sent;
  private final Counter received;
  private final Counter bytesSent;
  private final Counter bytesReceived;
  private final Counter linkErrors;

  NetMeters(MeterRegistry registry) {
    sent = direction(registry, "lockstep.net.messages", "sent", null);
    received = direction(registry, "lockstep.net.messages", "received", null);
    bytesSent = direction(registry, "lockstep.net.bytes", "sent", "bytes");
    bytesReceived = direction(registry, "lockstep.net.bytes", "received", "bytes");
    linkErrors =
        Counter.builder("lockstep.net.link.errors")
            .description("o2net links that broke or fell silent")
            .register(registry);
  }

  private static Counter direction(
      MeterRegistry registry, String name, String direction, String unit) {
    return Counter.builder(name)
        .description("o2net traffic with other nodes")
        .tag("direction", direction)
        .baseUnit(unit)
        .register(registry);
  }

  void sent(int bytes) {
    sent.increment();
    bytesSent.increment(bytes);
  }

  void received(int bytes) {
    received.increment();
    bytesReceived.increment(bytes);
  }

  void linkError() {
    linkErrors.increment();
  }
}
