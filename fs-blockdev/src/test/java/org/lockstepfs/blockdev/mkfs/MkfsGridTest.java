package org.lockstepfs.blockdev.mkfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.UUID;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lockstepfs.blockdev.format.Superblock;

/** Volumes of all shapes, judged by fsck.ocfs2 and debugfs.ocfs2. */
class MkfsGridTest {
  private static final String UUID_TEXT = "2A4D1C581FAA42A1A41D26EFC90C1315";

  private static final long GIB = 1 << 30;

  @TempDir Path dir;

  @BeforeAll
  static void toolsAreInstalled() {
    assumeTrue(Tool.installed(), "ocfs2-tools");
  }

  @ParameterizedTest
  @CsvSource({
    "512,  4K,  30M, 1, local,   ''",
    "512,  4K,  30M, 2, cluster, noinline-data",
    "512,  32K, 64M, 4, cluster, ''",
    "512,  1M,  90M, 2, local,   noinline-data",
    "1024, 4K,  30M, 1, cluster, ''",
    "1024, 4K,  40M, 2, local,   'noinline-data,nodiscontig-bg'",
    "1024, 32K, 100M,3, cluster, noextended-slotmap",
    "1024, 1M,  90M, 1, cluster, nosparse",
    "2048, 4K,  60M, 1, local,   ''",
    "2048, 32K, 60M, 2, cluster, noinline-data",
    "2048, 1M,  90M, 2, local,   nobackup-super",
    "4096, 4K,  60M, 1, cluster, ''",
    "4096, 4K,  60M, 1, local,   noinline-data",
    "4096, 32K, 99M, 8, cluster, noappend-dio",
    "4096, 1M,  90M, 1, local,   'noinline-data,nounwritten'",
    "512,  4K,  1100M, 2, local, ''",
    "4096, 4K,  5G,  4, cluster, ''",
    "4096, 1M,  17G, 8, cluster, ''",
    "4096, 4K,  1200M, 255, cluster, noinline-data",
  })
  void isCleanToFsck(
      String block, String cluster, String size, int slots, String mount, String features)
      throws IOException {
    Path image = dir.resolve("image");
    MkfsOptions.Builder options =
        MkfsOptions.builder()
            .blockSize(block)
            .clusterSize(cluster)
            .slots(slots)
            .label("grid")
            .uuid(UUID_TEXT)
            .mountType(mount)
            .features(features);
    if (Sizes.parse("size", size) > GIB) {
      options.journalOptions(cluster.equals("1M") ? "size=9M" : "size=4M");
    }
    VolumePlan plan = format(image, size, options);

    Tool fsck = Tool.fsck(image);
    assertThat(fsck.output()).contains("All passes succeeded");
    assertThat(fsck.status()).isZero();

    Tool stats = Tool.debugfs(image, "stats");
    assertThat(stats.find("Label: (.*)")).isEqualTo("grid");
    assertThat(stats.find("UUID: (.*)")).isEqualTo(UUID_TEXT);
    assertThat(stats.number("Max Node Slots: (\\d+)")).isEqualTo(slots);
    assertThat(stats.number("Links: 0   Clusters: (\\d+)")).isEqualTo(plan.clusters());
    String named =
        String.join(
            " ",
            List.of(
                stats.find("Feature Compat: \\d+(.*)"),
                stats.find("Feature Incompat: \\d+(.*)"),
                stats.find("Feature RO compat: \\d+(.*)")));
    assertThat(named.strip().split(" +"))
        .containsExactlyInAnyOrderElementsOf(plan.features().names());
    try (FileDevice device = FileDevice.open(image)) {
      assertThat(Superblock.read(device).uuidString()).isEqualTo(UUID_TEXT);
    }
  }

  @ParameterizedTest
  @CsvSource({"1", "2"})
  void backupSuperblockServesWhenTheFirstIsLost(int index) throws IOException {
    Path image = dir.resolve("image");
    MkfsOptions.Builder options = MkfsOptions.builder().blockSize("4096").mountType("local");
    options.journalOptions("size=4M");
    format(image, "5G", options);
    Tool stats =
        Tool.run("debugfs.ocfs2", List.of("-s", "" + index, "-R", "stats", image.toString()));
    assertThat(stats.find("Max Node Slots: (\\d+)")).isEqualTo("1");
    assertThat(stats.find("Feature Compat: \\d+ (.*)")).contains("backup-super");
  }

  @ParameterizedTest
  @CsvSource({"o2cb, clusterinfo", "pcmk, userspace-stack", "lock, userspace-stack"})
  void namesItsCluster(String stack, String feature) throws IOException {
    Path image = dir.resolve("image");
    format(image, "30M", MkfsOptions.builder().clusterStack(stack).clusterName("demo"));
    Tool stats = Tool.debugfs(image, "stats");
    assertThat(stats.find("Feature Incompat: (.*)")).contains(feature);
    assertThat(stats.output()).contains("Cluster stack: " + stack).contains("Cluster name: demo");
    assertThat(Tool.fsck(image).output()).contains("All passes succeeded");
  }

  private static VolumePlan format(Path image, String size, MkfsOptions.Builder options)
      throws IOException {
    try (FileDevice device = FileDevice.create(image, Sizes.parse("size", size), 512)) {
      return new Mkfs(
              new SplittableRandom(7),
              () -> Instant.ofEpochSecond(1_700_000_000),
              Occupants.ofSystem())
          .format(device, options.build());
    }
  }

  @ParameterizedTest
  @CsvSource({"17G"})
  void uuidIsRandomOfVersionFour(String size) throws IOException {
    Path image = dir.resolve("image");
    try (FileDevice device = FileDevice.create(image, Sizes.parse("size", size), 512)) {
      VolumePlan plan =
          new Mkfs(new SplittableRandom(7), Instant::now, Occupants.ofSystem())
              .plan(device, MkfsOptions.builder().build());
      UUID uuid = plan.uuid();
      assertThat(uuid.version()).isEqualTo(4);
      assertThat(uuid.variant()).isEqualTo(2);
    }
  }
}
