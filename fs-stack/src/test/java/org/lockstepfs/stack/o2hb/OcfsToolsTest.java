package org.lockstepfs.stack.o2hb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.stack.TestCluster;
import org.lockstepfs.stack.TestDevice;
import org.lockstepfs.stack.config.ClusterConfig;
import org.lockstepfs.stack.fence.TestFence;
import org.lockstepfs.stack.glue.StackGlue.HeartbeatRegion;

/** What debugfs.ocfs2 reads of our heartbeat on a volume that mkfs.ocfs2 made. */
@Timeout(60)
class OcfsToolsTest {
  @TempDir Path dir;

  @BeforeEach
  void needTools() {
    assumeTrue(
        Files.exists(Path.of("/sbin/mkfs.ocfs2")) && Files.exists(Path.of("/sbin/debugfs.ocfs2")));
  }

  private static String run(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().write("y\n".getBytes(StandardCharsets.UTF_8));
    process.getOutputStream().close();
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(String.join(" ", List.of(command)) + out).isZero();
    return out;
  }

  @Test
  void debugfsFindsEveryNodeInItsPlace() throws Exception {
    Path image = dir.resolve("image");
    try (TestDevice device = new TestDevice(image, 300 << 20)) {
      run(
          "/sbin/mkfs.ocfs2",
          "-q",
          "-x",
          "-M",
          "local",
          "-b",
          "4096",
          "-C",
          "4096",
          "-N",
          "2",
          image.toString());
      String stat = run("/sbin/debugfs.ocfs2", "-R", "stat //heartbeat", image.toString());
      Matcher extent = Pattern.compile("(?m)^\\s+0\\s+0\\s+(\\d+)\\s+(\\d+)").matcher(stat);
      assertThat(extent.find()).isTrue();
      HeartbeatRegion region =
          HeartbeatRegion.of(
              device,
              4096L * Long.parseLong(extent.group(2)),
              4096L * Long.parseLong(extent.group(1)));
      ClusterConfig config = TestCluster.of(2);
      for (int node = 1; node <= 2; node++) {
        RegionHeartbeat heartbeat =
            new RegionHeartbeat(
                region,
                config,
                config.node(node).orElseThrow(),
                HeartbeatTiming.OCFS2,
                new LiveNodes(),
                TestFence.unwatched(() -> 0),
                0xabc0 + node,
                () -> 0,
                () -> 5);
        heartbeat.start();
        heartbeat.beat();
      }
      String beats = run("/sbin/debugfs.ocfs2", "-R", "hb", image.toString());
      assertThat(beats)
          .containsPattern(
              "\\n\\s+1:\\s+1 0000000000000005 000000000000abc1 [0-9a-f]{8}\\s+62000\\n")
          .containsPattern(
              "\\n\\s+2:\\s+2 0000000000000005 000000000000abc2 [0-9a-f]{8}\\s+62000\\n");
    }
  }
}
