package org.lockstepfs.stack.o2hb;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.lockstepfs.blockdev.device.FaultyDevice;
import org.lockstepfs.blockdev.device.MemoryDevice;
import org.lockstepfs.stack.TestCluster;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.fence.TestFence;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;

class HeartbeatRunnerTest {
  /** A mount waited for ever for the heartbeat of a device that had become write-protected. */
  @Test
  @Timeout(20)
  void startFailsWhereNothingCanBeWritten() throws IOException {
    ClusterConfig config = TestCluster.of(3);
    FaultyDevice device = new FaultyDevice(new MemoryDevice(64 * 512, 512), new Random(1));
    device.setWriteErrorRate(1);
    RegionHeartbeat heartbeat =
        new RegionHeartbeat(
            new HeartbeatRegion(device, 4, 512, 8),
            config,
            config.node(1).orElseThrow(),
            HeartbeatTiming.FAST,
            new LiveNodes(),
            TestFence.unwatched(System::nanoTime),
            7,
            System::nanoTime,
            () -> TimeUnit.MILLISECONDS.toSeconds(System.currentTimeMillis()));
    HeartbeatRunner runner =
        new HeartbeatRunner(
            heartbeat,
            Executors.newSingleThreadScheduledExecutor(),
            System::nanoTime,
            new SimpleMeterRegistry(),
            "U");
    try {
      assertThatThrownBy(runner::start).isInstanceOf(IOException.class).hasMessageContaining("EIO");
    } finally {
      runner.stop();
    }
  }
}
