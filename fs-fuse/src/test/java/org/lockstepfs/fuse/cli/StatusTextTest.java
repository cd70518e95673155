package org.lockstepfs.fuse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.lockstepfs.fuse.control.Messages.MemberStatus;
import org.lockstepfs.fuse.control.Messages.MountStatus;
import org.lockstepfs.fuse.control.Messages.Status;

final class StatusTextTest {
  private static final String METRICS = "http://127.0.0.1:1/metrics";

  @Test
  void showsMembersAndMounts() {
    Status status =
        new Status(
            "a",
            7,
            "1",
            METRICS,
            "demo",
            List.of(
                new MemberStatus(1, "a", "10.0.0.1", true),
                new MemberStatus(2, "b", "10.0.0.2", false)),
            List.of(
                new MountStatus(
                    "/dev/sdb", "0:9", List.of("/m", "/n"), "U", "", 1, true, "cluster")));
    assertThat(StatusCommand.text(status).lines())
        .containsExactly(
            "node a, pid 7, metrics at " + METRICS,
            "cluster demo",
            "  node 1 a at 10.0.0.1 (this node)",
            "  node 2 b at 10.0.0.2",
            "/dev/sdb on /m, /n, slot 1, read-only");
  }

  @Test
  void aNodeWithoutClusterShowsNone() {
    Status status = new Status("a", 7, "1", METRICS, "", List.of(), List.of());
    assertThat(StatusCommand.text(status)).isEqualTo("node a, pid 7, metrics at " + METRICS);
  }
}
