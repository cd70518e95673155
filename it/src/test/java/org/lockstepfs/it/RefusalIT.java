package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What cannot be mounted is refused in one line that says why, and leaves nothing behind. */
@Timeout(120)
class RefusalIT {
  private static final int USAGE = 1;
  private static final int FAILED = 32;
  private static final String PLAIN = "--fs-features=noindexed-dirs,noxattr,norefcount";
  private static final Duration END = Duration.ofSeconds(15);

  @TempDir Path dir;

  /** What the launcher says when it has to build first is no part of a refusal. */
  @BeforeAll
  static void build() {
    Sh.run(Node.LAUNCHER.toString(), "--version").ok();
  }

  private static void assertRefused(Sh.Result result, int status, String... words) {
    assertThat(result.output()).startsWith("lockstep: ").hasLineCount(1).contains(words);
    assertThat(result.status()).as(result.output()).isEqualTo(status);
  }

  private static Image local(Image image, String features) {
    return image.mkfsOcfs2("-b", "4096", "-N", "2", "-J", "size=4M", "-M", "local", features);
  }

  private static Image shared(Image image, String slots, String stack, String cluster) {
    return image.mkfsOcfs2(
        "-N",
        slots,
        "-J",
        "size=4M",
        "--cluster-stack=" + stack,
        "--cluster-name=" + cluster,
        PLAIN);
  }

  private static void overwrite(Image image, long offset, int... bytes) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.device(), "rw")) {
      file.seek(offset);
      for (int b : bytes) {
        file.write(b);
      }
    }
    Sh.run("blockdev", "--flushbufs", image.device()).ok();
  }

  @Test
  void whatTheCommandLineSays() throws IOException {
    Path there = Files.createDirectory(dir.resolve("there"));
    Path file = Files.createFile(dir.resolve("file"));
    Node node = new Node("one", dir.resolve("run"), null);
    String device = file.toString();
    assertRefused(node.lockstep("mount", device), USAGE, "MOUNTPOINT");
    assertRefused(node.tryMount("/dev/none", there), FAILED, "/dev/none does not exist");
    assertRefused(node.tryMount(dir.toString(), there), FAILED, "is a directory, no device");
    assertRefused(node.tryMount(device, dir.resolve("none")), FAILED, "none does not exist");
    assertRefused(node.tryMount(device, file), FAILED, "file is no directory");
    assertRefused(node.tryMount(device, there, "wibble"), USAGE, "option 'wibble'");
    assertRefused(node.tryMount(device, there, "errors=panic"), USAGE, "errors=panic");
    assertRefused(
        node.tryMount(device, there, "frontend=fuse3"), USAGE, "frontend=fuse3", "jnr-fuse");
    assertRefused(node.lockstep("umount", there.toString()), FAILED, "no mounted Lockstep volume");
    assertThat(node.daemon()).as("daemon").isEmpty();
  }

  @Test
  void notRoot() {
    Sh.Result result =
        Sh.run(
            "setpriv",
            "--reuid=65534",
            "--clear-groups",
            Node.LAUNCHER.toString(),
            "mount",
            "/dev/null",
            "/mnt");
    assertRefused(result, USAGE, "only root can mount");
  }

  @Test
  void whatTheVolumeIs() throws Exception {
    Path there = Files.createDirectory(dir.resolve("there"));
    try (Image kept = local(Image.create(dir, 64), PLAIN);
        Image image = Image.create(dir, 64);
        Node node = new Node("one", dir.resolve("run"), null);
        Node other = new Node("other", dir.resolve("run"), null)) {
      assertRefused(node.tryMount(image.device(), there), FAILED, "no OCFS2 superblock");
      node.awaitGone(END);

      Path keeps = node.mount(kept.device(), dir.resolve("keeps"));
      assertRefused(node.tryMount(kept.device(), keeps), FAILED, "is already mounted on " + keeps);
      assertRefused(other.tryMount(kept.device(), there), FAILED, "another program");

      assertRefused(node.lockstep("mkfs", kept.device()), USAGE, "is mounted on " + keeps);

      local(image, "--fs-features=indexed-dirs,xattr,refcount");
      assertRefused(node.lockstep("mkfs", image.device()), USAGE, "an OCFS2 volume", "--force");
      Sh.Result features = node.tryMount(image.device(), there);
      assertRefused(features, FAILED, "not supported", "indexed-dirs", "xattr", "refcount");

      local(image, PLAIN + ",usrquota");
      node.mount(image.device(), there);
      assertThat(Sh.run("touch", there.resolve("new").toString()).output()).contains("Read-only");
      node.umount(there);

      local(image, PLAIN);
      overwrite(image, 2 * 4096 + 0xC0, 0xFF);
      assertRefused(node.tryMount(image.device(), there), FAILED, "s_major_rev_level: 255");

      local(image, PLAIN);
      Sh.run("truncate", "-s", "32M", image.file().toString()).ok();
      Sh.run("losetup", "--set-capacity", image.device()).ok();
      assertRefused(
          node.tryMount(image.device(), there), FAILED, "67108864", "only 33554432", "i_clusters");
      node.umount(keeps);
      kept.assertClean();
    }
  }

  @Test
  void sectorsLargerThanBlocks() throws Exception {
    try (Image image = Image.create(dir, 64);
        Node node = new Node("one", dir.resolve("run"), null)) {
      image.mkfsOcfs2("-b", "512", "-N", "2", "-J", "size=4M", "-M", "local", PLAIN);
      Sh.run("losetup", "--sector-size", "4096", image.device()).ok();
      assertRefused(
          node.tryMount(image.device(), dir.resolve("there").toAbsolutePath()),
          FAILED,
          "does not exist");
      Path there = Files.createDirectory(dir.resolve("there"));
      assertRefused(
          node.tryMount(image.device(), there), FAILED, "blocks of 512 bytes on sectors of 4096");
      node.awaitGone(END);
    }
  }

  @Test
  void whichClusterItIs() throws Exception {
    Path there = Files.createDirectory(dir.resolve("there"));
    Path config = ClusterFile.write(dir, "pair", "a", "b");
    Path broken =
        Files.writeString(dir.resolve("broken.conf"), "cluster:\n\tname = pair\n\tsize\n");
    try (Image image = shared(Image.create(dir, 128), "2", "o2cb", "other");
        Node a = new Node("a", dir.resolve("run"), config);
        Node stranger = new Node("stranger", dir.resolve("run"), config);
        Node lost = new Node("lost", dir.resolve("run"), dir.resolve("none.conf"));
        Node misled = new Node("misled", dir.resolve("run"), broken)) {
      assertRefused(a.tryMount(image.device(), there), FAILED, "'other'", "'pair'");
      a.awaitGone(END);
      shared(image, "2", "pcmk", "pair");
      assertRefused(a.tryMount(image.device(), there), FAILED, "'pcmk'", "'o2cb'");
      shared(image, "2", "o2cb", "pair");
      assertRefused(stranger.tryMount(image.device(), there), FAILED, "no node named 'stranger'");
      assertRefused(lost.tryMount(image.device(), there), FAILED, "none.conf does not exist");
      assertRefused(misled.tryMount(image.device(), there), FAILED, "broken.conf:3");
      for (Node node : new Node[] {a, stranger, lost, misled}) {
        node.awaitGone(END);
      }
      image.assertClean();
    }
  }

  @Test
  void whoIsThereAlready() throws Exception {
    Path there = Files.createDirectory(dir.resolve("there"));
    Path config = ClusterFile.write(dir, "pair", "a", "b");
    Path others = ClusterFile.write(Files.createDirectory(dir.resolve("conf")), "pair", "twin");
    try (Image image = shared(Image.create(dir, 128), "1", "o2cb", "pair");
        Node a = new Node("a", dir.resolve("run"), config);
        Node b = new Node("b", dir.resolve("run"), config);
        Node twin = new Node("twin", dir.resolve("run"), others)) {
      Path onA = a.mount(image.device(), dir.resolve("on-a"));
      assertRefused(
          twin.tryMount(image.device(), there), FAILED, "node number 1 is in use", image.device());
      try (ServerSocket taken =
          new ServerSocket(portOf(config, 1), 1, InetAddress.getLoopbackAddress())) {
        assertRefused(
            b.tryMount(image.device(), there), FAILED, "" + taken.getLocalPort(), "in use");
      }
      b.awaitGone(END);
      assertRefused(b.tryMount(image.device(), there), FAILED, "all 1 node slots are taken");
      b.awaitGone(END);
      Files.writeString(onA.resolve("file"), "a is none the worse");
      a.umount(onA);
      image.assertClean();
    }
  }

  private static int portOf(Path config, int node) throws IOException {
    return Files.readAllLines(config).stream()
        .filter(line -> line.contains("ip_port"))
        .skip(node)
        .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }
}
