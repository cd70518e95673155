package org.lockstepfs.fuse.metrics;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.Closeable;
import java.util.function.Supplier;

/** A node's registry: what the virtual machine does is in it from the start. */
public final class NodeMetrics implements Closeable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();

  /** Makes the registry. */
  public NodeMetrics() {
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
  }

  /** Returns where meters go. */
  public MeterRegistry registry() {
    return registry;
  }

  /** Returns everything in Prometheus's text format. */
  String scrape() {
    return registry.scrape();
  }

  /** Adds the number of members that this node sees, itself included. */
  public void watchMembers(Supplier<Number> members) {
    Gauge.builder("lockstep.cluster.members", members)
        .description("Cluster members that this node sees, itself included")
        .register(registry);
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
