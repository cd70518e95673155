package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** mount(8), umount(8) and fstab treat a volume as one of any other file system. */
@Timeout(120)
class MountCommandIT {
  private static final List<Path> HELPERS =
      List.of(
          Path.of("/sbin/mount.lockstep"),
          Path.of("/sbin/mount.fuse.lockstep"),
          Path.of("/sbin/umount.lockstep"),
          Path.of("/sbin/umount.fuse.lockstep"));

  @TempDir static Path dir;

  private static final Map<Path, Path> EARLIER_HELPERS = new TreeMap<>();
  private static Image image;
  private static Node node;
  private static Path mount;
  private static Path second;

  @BeforeAll
  static void install() throws IOException {
    for (Path helper : HELPERS) {
      if (Files.isSymbolicLink(helper)) {
        EARLIER_HELPERS.put(helper, Files.readSymbolicLink(helper));
      }
    }
    image =
        Image.create(dir, 128)
            .mkfsOcfs2(
                "-N",
                "2",
                "-J",
                "size=4M",
                "-M",
                "local",
                "--fs-features=noindexed-dirs,noxattr,norefcount");
    node = new Node("one", dir.resolve("run"), null);
    Sh.run(Node.LAUNCHER.toString(), "--version").ok();
    quiet(node.lockstep("install"));
    mount = Files.createDirectory(dir.resolve("mount"));
    second = Files.createDirectory(dir.resolve("second"));
  }

  @AfterEach
  void unmount() {
    node.lockstep("umount", second.toString());
    node.lockstep("umount", mount.toString());
    Sh.run("blockdev", "--setrw", image.device()).ok();
  }

  @AfterAll
  static void cleanUp() throws IOException {
    node.close();
    Sh.run("umount", "-i", "--lazy", second.toString());
    Sh.run("umount", "-i", "--lazy", mount.toString());
    image.close();
    for (Path helper : HELPERS) {
      Files.deleteIfExists(helper);
      if (EARLIER_HELPERS.containsKey(helper)) {
        Files.createSymbolicLink(helper, EARLIER_HELPERS.get(helper));
      }
    }
  }

  private static void quiet(Sh.Result result) {
    assertThat(result.ok().output()).isEmpty();
  }

  private static String mountTable(Path at) throws IOException {
    return Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
        .filter(line -> line.split(" ")[4].equals(at.toString()))
        .reduce("", (a, b) -> b);
  }

  @Test
  void installGoesBelowItsPrefix() throws IOException {
    quiet(node.lockstep("install", "--prefix", dir.resolve("prefix").toString()));
    for (Path helper : HELPERS) {
      Path link = dir.resolve("prefix" + helper);
      assertThat(Files.exists(link, LinkOption.NOFOLLOW_LINKS)).as("%s", link).isTrue();
      assertThat(link.toRealPath()).isEqualTo(Node.LAUNCHER);
    }
  }

  @Test
  void mountAndUmountSayNothingAndLeaveACleanVolume() throws IOException {
    quiet(
        node.run(
            "mount",
            "-t",
            "lockstep",
            "-o",
            "node=one,_netdev,nofail,noatime,data=ordered",
            image.device(),
            mount.toString()));
    assertThat(mountTable(mount))
        .contains(" - fuse.lockstep " + image.device() + " rw")
        .contains("noatime");
    Files.writeString(mount.resolve("file"), "text");
    quiet(node.run("umount", mount.toString()));
    // umount(8) waited for the volume to be left.
    image.assertClean();
  }

  @Test
  void fstabLineWorks() throws IOException {
    Path fstab = dir.resolve("fstab");
    Files.writeString(
        fstab,
        image.device()
            + " "
            + mount
            + " lockstep node=one,noauto,_netdev,x-systemd.requires=network.target 0 0\n");
    quiet(node.run("mount", "-T", fstab.toString(), "-a"));
    assertThat(mountTable(mount)).as("noauto").isEmpty();
    quiet(node.run("mount", "-T", fstab.toString(), mount.toString()));
    assertThat(mountTable(mount)).contains("fuse.lockstep");
    quiet(node.run("umount", mount.toString()));
  }

  @Test
  void remountGoesBothWays() throws IOException {
    quiet(
        node.run("mount", "-t", "lockstep", "-o", "node=one,ro", image.device(), mount.toString()));
    assertReadOnly(mount);
    quiet(node.run("mount", "-o", "remount,rw", mount.toString()));
    Files.writeString(mount.resolve("file"), "text");
    quiet(node.run("mount", "-o", "remount,ro", mount.toString()));
    assertReadOnly(mount);
    assertThat(mount.resolve("file")).hasContent("text");
    quiet(node.run("umount", mount.toString()));
    image.assertClean();
  }

  private static void assertReadOnly(Path at) {
    assertThatThrownBy(() -> Files.createFile(at.resolve("new")))
        .isInstanceOf(FileSystemException.class)
        .hasMessageContaining("Read-only file system");
  }

  @Test
  void secondMountOfAVolumeIsABindMount() throws IOException {
    node.mount(image.device(), mount);
    node.mount(image.device(), second, "ro");
    Files.writeString(mount.resolve("file"), "text");
    assertThat(second.resolve("file")).hasContent("text");
    assertReadOnly(second);
    String status = node.lockstep("status", "--node", "one", "--json").ok().output();
    assertThat(status).contains(mount.toString()).contains(second.toString());
    node.umount(mount);
    assertThat(second.resolve("file")).hasContent("text");
    node.umount(second);
    image.assertClean();
  }

  @Test
  void mountsAtTheSameTimeShareOneDaemon() throws Exception {
    node.lockstep("stop", "--node", "one");
    try (Image other = Image.create(dir, 128)) {
      other.mkfsLockstep("-M", "local", "-N", "1", "-J", "size=4M");
      Thread first = new Thread(() -> node.tryMount(image.device(), mount));
      first.start();
      node.mount(other.device(), second);
      first.join();
      assertThat(mountTable(mount)).contains(image.device());
      assertThat(mountTable(second)).contains(other.device());
      node.umount(second);
      node.umount(mount);
      image.assertClean();
      other.assertClean();
    }
  }

  /** Each node tidies up after itself: by its daemon as it starts, or by the mount command. */
  @Test
  @Timeout(240)
  void deadMountPointsAreUsableAgain() throws Exception {
    Path others = dir.resolve("others");
    try (Image another = Image.create(dir, 128);
        Node two = new Node("two", dir.resolve("run"), null)) {
      another.mkfsLockstep("-M", "local", "-N", "1", "-J", "size=4M");
      two.mount(another.device(), others);
      node.mount(image.device(), mount);
      node.mount(image.device(), second);
      Files.writeString(mount.resolve("file"), "text");
      Sh.run("sync", mount.resolve("file").toString()).ok();
      two.kill();
      node.kill();
      for (Path dead : List.of(mount, second, others)) {
        assertThat(Sh.run("stat", "-f", dead.toString()).output()).contains("not connected");
      }
      Process daemon = node.startDaemon();
      try {
        awaitUnmounted(mount, second);
        assertThat(mountTable(others)).as("another node's").contains(another.device());
        node.mount(image.device(), second);
        node.mount(image.device(), mount);
        assertThat(mount.resolve("file")).hasContent("text");
        assertThat(second.resolve("file")).hasContent("text");
      } finally {
        node.stop();
        daemon.waitFor(20, TimeUnit.SECONDS);
      }
      image.assertClean();
      two.mount(another.device(), others);
      assertThat(dir.resolve("run/two/daemon.log"))
          .content()
          .containsOnlyOnce("detached " + others + ", a dead mount of " + another.device());
      two.umount(others);
    }
  }

  private static void awaitUnmounted(Path... dirs) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
    for (Path at : dirs) {
      while (!mountTable(at).isEmpty()) {
        assertThat(System.nanoTime()).as("%s stays mounted", at).isLessThan(deadline);
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
  }

  @Test
  void forcedStopCutsOffWhoUsesAVolume() throws Exception {
    node.mount(image.device(), mount);
    node.mount(image.device(), second);
    Path file = Files.writeString(second.resolve("file"), "text");
    Process user = new ProcessBuilder("sleep", "60").redirectInput(file.toFile()).start();
    try {
      Sh.Result refused = node.lockstep("stop", "--node", "one");
      assertThat(refused.status()).isEqualTo(32);
      assertThat(refused.output()).contains("is in use").hasLineCount(1);
      assertThat(mountTable(mount)).as("where nobody is").contains(image.device());
      assertThat(mount.resolve("file")).hasContent("text");
      node.lockstep("stop", "--node", "one", "--force").ok();
      assertThat(user.isAlive()).isTrue();
      image.assertClean();
    } finally {
      user.destroyForcibly().waitFor();
    }
  }

  @Test
  void writeProtectedDeviceIsReadAndNothingElse() throws IOException {
    node.mount(image.device(), mount);
    Files.writeString(mount.resolve("file"), "text");
    node.umount(mount);
    Sh.run("blockdev", "--setro", image.device()).ok();
    Sh.Result refused = node.tryMount(image.device(), mount);
    assertThat(refused.status()).isEqualTo(32);
    assertThat(refused.output()).contains("write-protected; mount it with -o ro").hasLineCount(1);
    node.mount(image.device(), mount, "ro");
    assertThat(mount.resolve("file")).hasContent("text");
    assertReadOnly(mount);
    Sh.Result remount = node.run("mount", "-o", "remount,rw", mount.toString());
    assertThat(remount.status()).isEqualTo(32);
    assertThat(remount.output()).contains("can only be read").hasLineCount(1);
    node.umount(mount);
    image.assertClean();
  }
}
