package org.lockstepfs.blockdev.mkfs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.lockstepfs.blockdev.format.SystemFile;

/** The same options give the same volume as mkfs.ocfs2: every system file, as debugfs shows it. */
class MkfsReferenceTest {
  private static final String WITHOUT = "noindexed-dirs,noxattr,norefcount";

  /** What differs between any two volumes: generations and times; contents of lists are kept. */
  private static final Pattern VARIABLE =
      Pattern.compile("Generation: .*|.time: .*|Last Check: .*", Pattern.MULTILINE);

  private static final String UUID = "2A4D1C581FAA42A1A41D26EFC90C1315";

  @TempDir Path dir;

  @BeforeAll
  static void toolsAreInstalled() {
    assumeTrue(Tool.installed(), "ocfs2-tools");
  }

  @ParameterizedTest
  @CsvSource({
    "512,  4K,  40M,  1, ''",
    "512,  1M,  90M,  2, noinline-data",
    "1024, 32K, 200M, 3, nodiscontig-bg",
    "2048, 4K,  200M, 2, noinline-data",
    "4096, 4K,  300M, 2, ''",
    "4096, 1M,  190M, 4, noextended-slotmap",
    "4096, 4K,  300M, 24, ''",
  })
  void everySystemFileIsTheSame(
      String block, String cluster, String size, int slots, String features) throws IOException {
    Path ours = dir.resolve("ours");
    try (FileDevice device = FileDevice.create(ours, Sizes.parse("size", size), 512)) {
      MkfsOptions options =
          MkfsOptions.builder()
              .blockSize(block)
              .clusterSize(cluster)
              .slots(slots)
              .mountType("local")
              .uuid(UUID)
              .features(features)
              .journalOptions(cluster.equals("1M") ? "size=9M" : "size=4M")
              .build();
      new Mkfs(new SplittableRandom(3), Instant::now, Occupants.ofSystem()).format(device, options);
    }
    Path theirs = dir.resolve("theirs");
    FileDevice.create(theirs, Sizes.parse("size", size), 512).close();
    String list = features.isEmpty() ? WITHOUT : WITHOUT + "," + features;
    Tool made =
        Tool.run(
            "mkfs.ocfs2",
            List.of(
                "-x",
                "-q",
                "-M",
                "local",
                "-U",
                UUID,
                "-b",
                block,
                "-C",
                cluster,
                "-N",
                "" + slots,
                "-J",
                cluster.equals("1M") ? "size=9M" : "size=4M",
                "--fs-features=" + list,
                theirs.toString()));
    assertThat(made.status()).as(made.output()).isZero();
    int blockSize = (int) Sizes.parse("block size", block);
    assertThat(bytes(ours, 0, 2 * blockSize)).isEqualTo(bytes(theirs, 0, 2 * blockSize));
    assertThat(journalHeader(ours, blockSize)).isEqualTo(journalHeader(theirs, blockSize));
    same(ours, theirs, "stats");
    same(ours, theirs, "stat /");
    same(ours, theirs, "stat //");
    same(ours, theirs, "stat /lost+found");
    for (SystemFile file : SystemFile.values()) {
      if (!file.name().contains("QUOTA")) {
        same(ours, theirs, "stat //" + file.fileName(0));
        same(ours, theirs, "stat //" + file.fileName(slots - 1));
      }
    }
  }

  /**
   * The journal's first block without s_start: the reference has 1 there, which makes the first
   * mount look for transactions that cannot be; 0 says that there are none.
   */
  private static byte[] journalHeader(Path image, int blockSize) throws IOException {
    long block =
        Tool.debugfs(image, "stat //journal:0000").number("^\\s+0\\s+0\\s+\\d+\\s+(\\d+)\\s+0x");
    byte[] header = bytes(image, block * blockSize, blockSize);
    ByteBuffer.wrap(header).putInt(0x1C, 0);
    return header;
  }

  private static byte[] bytes(Path image, long offset, int length) throws IOException {
    try (FileDevice device = FileDevice.open(image)) {
      ByteBuffer buffer = ByteBuffer.allocate(length);
      device.read(offset, buffer);
      return buffer.array();
    }
  }

  private static void same(Path ours, Path theirs, String command) {
    assertThat(normal(ours, command)).as(command).isEqualTo(normal(theirs, command));
  }

  private static String normal(Path image, String command) {
    String output = Tool.debugfs(image, command).output();
    return VARIABLE.matcher(output).replaceAll("").strip();
  }
}
