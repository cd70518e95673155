package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which cluster a volume belongs to: changed by the real tools and by ours, to the same effect. */
@Timeout(120)
class TuneIT {
  /** Bytes of a volume that has one backup of its superblock. */
  private static final long SIZE = 1_100L << 20;

  @TempDir private Path dir;

  private Path volume(String... cluster) throws IOException {
    Path image = Files.createTempFile(dir, "tune", ".img");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(SIZE);
    }
    String[] command = {
      "mkfs.ocfs2",
      "-q",
      "-x",
      "-F",
      "-N",
      "2",
      "-J",
      "size=4M",
      "--fs-features=noindexed-dirs,noxattr,norefcount",
      cluster[0],
      cluster[1],
      image.toString()
    };
    Sh.run(command).ok();
    return image;
  }

  private static Sh.Result tune(Path image, String stack, String cluster) {
    return Sh.run(
        Node.LAUNCHER.toString(),
        "tune",
        "--update-cluster-stack",
        "--cluster-stack=" + stack,
        "--cluster-name=" + cluster,
        image.toString());
  }

  /** Byte for byte, backup superblock included, and so for debugfs.ocfs2 and fsck.ocfs2. */
  @ParameterizedTest
  @CsvSource({
    "pcmk, alpha, o2cb, beta, local",
    "pcmk, alpha, pcmk, gamma, none",
    "o2cb, alpha, pcmk, beta, none"
  })
  void doesWhatO2clusterDoes(
      String oldStack, String oldName, String stack, String name, String mode) throws IOException {
    Path ours = volume("--cluster-stack=" + oldStack, "--cluster-name=" + oldName);
    Path theirs = dir.resolve("theirs.img");
    Sh.run("cp", "--sparse=always", ours.toString(), theirs.toString()).ok();
    Sh.run("o2cluster", "-y", "--update=" + stack + "," + name + "," + mode, theirs.toString())
        .ok();
    assertThat(tune(ours, stack, name).ok().output())
        .contains("'" + oldName + "' to stack '" + stack + "', cluster '" + name + "'");
    Sh.run("cmp", ours.toString(), theirs.toString()).ok();
    assertThat(Sh.run("debugfs.ocfs2", "-R", "stats", ours.toString()).ok().output())
        .contains("Cluster stack: " + stack)
        .contains("Cluster name: " + name);
    assertThat(Sh.run("fsck.ocfs2", "-fn", ours.toString()).ok().output())
        .contains("All passes succeeded")
        .doesNotContain("? ");
    assertThat(tune(ours, stack, name).ok().output()).contains("already");
    Files.delete(ours);
    Files.delete(theirs);
  }

  /** A volume that the real tool stamped is mounted by its cluster, and refused by another. */
  @Test
  void theRealToolsStampIsUnderstood() throws IOException {
    Path config = ClusterFile.write(dir, "beta", "one");
    try (Image image = Image.create(dir, 128);
        Node node = new Node("one", dir.resolve("run"), config)) {
      image.mkfsLockstep(
          "--cluster-stack=pcmk", "--cluster-name=alpha", "-N", "2", "-J", "size=4M");
      Path mount = Files.createDirectories(dir.resolve("mount"));
      assertThat(node.tryMount(image.device(), mount).output()).contains("'pcmk'");
      Sh.run("o2cluster", "-y", "--update=o2cb,gamma,local", image.device()).ok();
      assertThat(node.tryMount(image.device(), mount).output()).contains("cluster 'gamma'");
      // The cluster file says which stack and which cluster.
      node.lockstep("tune", "--update-cluster-stack", image.device()).ok();
      assertThat(Sh.run("o2cluster", "--show-ondisk", image.device()).ok().output().strip())
          .isEqualTo("o2cb,beta,local");
      node.mount(image.device(), mount);

      Sh.Result busy =
          node.lockstep("tune", "--update-cluster-stack", "--cluster-name=delta", image.device());
      assertThat(busy.status()).isEqualTo(1);
      assertThat(busy.output()).contains("is mounted by node 1").hasLineCount(1);
      node.umount(mount);
      image.assertClean();
    }
  }
}
