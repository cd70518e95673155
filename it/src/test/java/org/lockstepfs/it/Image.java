package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** A volume on an image file behind a loop device. */
final class Image implements AutoCloseable {
  private final Path file;
  private final String device;
  private String another;

  private Image(Path file, String device) {
    this.file = file;
    this.device = device;
  }

  /** Makes an empty sparse image and its loop device. */
  static Image create(Path dir, long mebibytes) throws IOException {
    Path file = Files.createTempFile(dir, "volume", ".img");
    try (RandomAccessFile f = new RandomAccessFile(file.toFile(), "rw")) {
      f.setLength(mebibytes << 20);
    }
    String device =
        Sh.run("losetup", "--find", "--show", "--direct-io=on", file.toString())
            .ok()
            .output()
            .strip();
    return new Image(file, device);
  }

  String device() {
    return device;
  }

  /** Makes one more loop device, so that two nodes' I/O can be told apart. */
  String anotherDevice() {
    another =
        Sh.run("losetup", "--find", "--show", "--direct-io=on", file.toString())
            .ok()
            .output()
            .strip();
    return another;
  }

  Path file() {
    return file;
  }

  /** Formats with ocfs2-tools' mkfs. */
  Image mkfsOcfs2(String... options) {
    List<String> command = new ArrayList<>(List.of("mkfs.ocfs2", "-q", "-x", "-F"));
    command.addAll(Arrays.asList(options));
    command.add(device);
    Sh.run(command.toArray(String[]::new)).ok();
    return this;
  }

  /** Formats for a cluster of up to four nodes with what every version of Lockstep can write. */
  Image mkfsShared(Stack stack, String cluster) {
    List<String> options = new ArrayList<>(List.of("-N", "4", "-J", "size=8M"));
    options.addAll(stack.mkfsOptions(cluster));
    options.add("--fs-features=noindexed-dirs,noxattr,norefcount");
    return mkfsOcfs2(options.toArray(String[]::new));
  }

  /** Formats with our own mkfs. */
  Image mkfsLockstep(String... options) {
    List<String> command = new ArrayList<>(List.of(Node.LAUNCHER.toString(), "mkfs", "--force"));
    command.addAll(Arrays.asList(options));
    command.add(device);
    Sh.run(command.toArray(String[]::new)).ok();
    return this;
  }

  /** Fails the test unless {@code fsck.ocfs2 -fn} finds nothing to say. */
  void assertClean() {
    Sh.Result result = Sh.run(Duration.ofSeconds(120), Map.of(), "fsck.ocfs2", "-fn", device);
    assertThat(result.status()).as(result.output()).isZero();
    assertThat(result.output()).doesNotContain("? ").contains("All passes succeeded");
  }

  /** Fails the test if a removed file waits in an orphan directory of the first two slots. */
  void assertNoOrphans() {
    assertThat(debugfs("ls //orphan_dir:0000") + debugfs("ls //orphan_dir:0001"))
        .doesNotContain("0000000");
  }

  /** Copies the volume as it is; nobody writes meanwhile. */
  void snapshot() {
    Sh.run("cp", "--sparse=always", file.toString(), copy().toString()).ok();
  }

  private Path copy() {
    return file.resolveSibling(file.getFileName() + ".copy");
  }

  /** Fails the test unless the copy is sound once {@code fsck.ocfs2} has replayed its journals. */
  void assertSnapshotRecovers(String what) throws IOException {
    String copy = copy().toString();
    Sh.Result replay = Sh.run(Duration.ofSeconds(120), Map.of(), "fsck.ocfs2", "-fy", copy);
    assertThat(replay.output().lines().filter(line -> line.startsWith("[")))
        .as("%s: damage that replay did not mend", what)
        .isEmpty();
    Sh.Result after = Sh.run(Duration.ofSeconds(120), Map.of(), "fsck.ocfs2", "-fn", copy);
    assertThat(after.output()).as(what).contains("All passes succeeded");
    Files.delete(copy());
  }

  /** Runs a debugfs.ocfs2 command. */
  String debugfs(String command) {
    return Sh.run("debugfs.ocfs2", "-R", command, device).ok().output();
  }

  @Override
  public void close() throws IOException {
    Sh.run("losetup", "--detach", device);
    if (another != null) {
      Sh.run("losetup", "--detach", another);
    }
    Files.deleteIfExists(file);
  }
}
