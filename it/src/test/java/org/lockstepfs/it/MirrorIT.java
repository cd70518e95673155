package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The same operations on a mounted volume and on a tmpfs give the same tree, over a grid of
 * formats; what the volume holds afterwards is clean to fsck.ocfs2 and the same to debugfs.ocfs2.
 */
class MirrorIT {
  private static final int STEPS = 400;
  private static final String FEATURES = "noindexed-dirs,noxattr,norefcount,";

  @TempDir Path dir;

  /**
   * One format.
   *
   * @param stack of a cluster's volume; null if it is a local one
   * @param ours made by {@code lockstep mkfs}, else by mkfs.ocfs2
   */
  record Variant(int block, String cluster, boolean inline, Stack stack, boolean ours) {
    List<String> options() {
      List<String> options =
          new ArrayList<>(List.of("-b", String.valueOf(block), "-C", cluster, "-N", "2"));
      options.addAll(List.of("-J", clusterBytes() < 1 << 20 ? "size=4M" : "size=16M"));
      String inlineData = inline ? "inline-data" : "noinline-data";
      options.add("--fs-features=" + (ours ? "" : FEATURES) + inlineData);
      options.addAll(stack == null ? List.of("-M", "local") : stack.mkfsOptions("mirror"));
      return options;
    }

    int clusterBytes() {
      int number = Integer.parseInt(cluster.substring(0, cluster.length() - 1));
      return number << (cluster.endsWith("M") ? 20 : 10);
    }
  }

  static Stream<Variant> variants() {
    return Stream.of(
        new Variant(4096, "4K", true, null, false),
        new Variant(4096, "4K", false, Stack.O2CB, true),
        new Variant(4096, "32K", true, Stack.O2CB, false),
        new Variant(4096, "1M", true, null, true),
        new Variant(2048, "4K", true, Stack.PCMK, true),
        new Variant(2048, "16K", false, null, false),
        new Variant(2048, "128K", true, null, true),
        new Variant(1024, "4K", false, null, true),
        new Variant(1024, "8K", true, Stack.PCMK, false),
        new Variant(1024, "64K", true, null, false),
        new Variant(512, "4K", true, null, true),
        new Variant(512, "4K", false, Stack.O2CB, false),
        new Variant(512, "32K", true, null, false));
  }

  @ParameterizedTest
  @MethodSource("variants")
  @Timeout(180)
  void mountedVolumeBehavesAsTmpfs(Variant variant) throws IOException {
    Path config =
        ClusterFile.write(
            dir, Objects.requireNonNullElse(variant.stack(), Stack.O2CB), "mirror", "one");
    Path reference = Files.createDirectory(dir.resolve("reference"));
    try (Image image = Image.create(dir, 256);
        Node node = new Node("one", dir.resolve("run"), config)) {
      format(image, variant);
      Sh.run("mount", "-t", "tmpfs", "reference", reference.toString()).ok();
      try {
        Path mount = node.mount(image.device(), dir.resolve("mount"));
        mirror(variant, Files.createDirectory(mount.resolve("tree")), reference);
        node.umount(mount);
        image.assertClean();
        assertDumpsAlike(image, reference);
      } finally {
        Sh.run("umount", reference.toString());
      }
    }
  }

  private static void format(Image image, Variant variant) {
    String[] options = variant.options().toArray(String[]::new);
    if (variant.ours()) {
      image.mkfsLockstep(options);
    } else {
      image.mkfsOcfs2(options);
    }
  }

  private static void mirror(Variant variant, Path tested, Path reference) {
    Sh.Result result =
        Sh.run(
            Duration.ofSeconds(120),
            Map.of(),
            "python3",
            Sh.script("mirror.py").toString(),
            String.valueOf(variant.toString().hashCode() & 0xFFFF),
            String.valueOf(STEPS),
            String.valueOf(variant.clusterBytes()),
            tested.toString(),
            reference.toString());
    assertThat(result.output()).contains("mirror ok");
  }

  /** Reads a few files past the mount. */
  private void assertDumpsAlike(Image image, Path reference) throws IOException {
    List<Path> files;
    try (Stream<Path> list = Files.list(reference)) {
      files =
          list.filter(f -> Files.isRegularFile(f, java.nio.file.LinkOption.NOFOLLOW_LINKS))
              .filter(f -> f.getFileName().toString().matches("[a-h][0-9]+"))
              .limit(3)
              .toList();
    }
    for (Path file : files) {
      Path dump = dir.resolve("dump");
      image.debugfs("dump /tree/" + file.getFileName() + " " + dump);
      assertThat(dump).hasSameBinaryContentAs(file);
      Files.delete(dump);
    }
  }
}
