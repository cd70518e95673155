package org.lockstepfs.fuse.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.lockstepfs.fuse.dlmglue.LockStats;
import org.lockstepfs.fuse.kernel.wire.Opcode;

final class MetricsEndpointTest {
  private static final int ENOENT = 2;

  private static String get(String url) throws IOException {
    try (InputStream in = URI.create(url).toURL().openStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void servesOperationsWithErrorsAndBuckets() throws IOException {
    try (NodeMetrics metrics = new NodeMetrics();
        MetricsEndpoint endpoint = new MetricsEndpoint(metrics, null)) {
      OperationMeters operations = new OperationMeters(metrics.registry());
      operations.answered(Opcode.LOOKUP, 100_000, ENOENT);
      operations.answered(Opcode.LOOKUP, 100_000, 0);
      metrics.watchMembers(() -> 2);
      assertThat(endpoint.url()).startsWith("http://127.0.0.1:");
      assertThat(get(endpoint.url()).lines())
          .contains(
              "lockstep_fuse_operations_seconds_count{op=\"lookup\"} 2",
              "lockstep_fuse_operations_seconds_bucket{op=\"lookup\",le=\"5.0E-5\"} 0",
              "lockstep_fuse_operations_seconds_bucket{op=\"lookup\",le=\"2.0E-4\"} 2",
              "lockstep_fuse_errors_total{errno=\"ENOENT\",op=\"lookup\"} 1.0",
              "lockstep_cluster_members 2.0");
    }
  }

  @Test
  void aVolumesMetersGoWithIt() {
    try (NodeMetrics metrics = new NodeMetrics()) {
      VolumeMeters volume = new VolumeMeters(metrics.registry(), "U");
      volume.watchLocks(type -> new LockStats());
      volume.onWrite(4096, 1_000_000, false);
      volume.onRead(4096, 1_000_000, true);
      assertThat(metrics.scrape().lines())
          .contains(
              "lockstep_device_transferred_bytes_total{op=\"write\",volume=\"U\"} 4096.0",
              "lockstep_device_transferred_bytes_total{op=\"read\",volume=\"U\"} 0.0",
              "lockstep_device_errors_total{volume=\"U\"} 1.0",
              "lockstep_locks_requests_total{type=\"meta\",volume=\"U\"} 0.0");
      volume.close();
      assertThat(metrics.scrape()).doesNotContain("volume=\"U\"");
    }
  }

  @Test
  void readsAddresses() throws IOException {
    assertThat(MetricsEndpoint.parse("0.0.0.0:9100").getPort()).isEqualTo(9100);
    assertThat(MetricsEndpoint.parse("[::1]:9100").getAddress().getHostAddress())
        .isEqualTo("0:0:0:0:0:0:0:1");
    assertThat(MetricsEndpoint.parse("").getAddress().isLoopbackAddress()).isTrue();
    for (String wrong : new String[] {"9100", "host:", "host:x", "host:70000", ":9100"}) {
      assertThatThrownBy(() -> MetricsEndpoint.parse(wrong)).hasMessageContaining("host:port");
    }
  }
}
