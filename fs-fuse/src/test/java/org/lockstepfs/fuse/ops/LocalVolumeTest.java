package org.lockstepfs.fuse.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.device.DirectDevice;
import org.lockstepfs.fuse.dir.Directory;
import org.lockstepfs.fuse.file.FileReader;
import org.lockstepfs.fuse.file.FileWriter;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.vfs.Request;
import org.lockstepfs.fuse.volume.MountOptions;
import org.lockstepfs.fuse.volume.MountedVolume;
import org.lockstepfs.locks.mode.LockMode;

/** Operations on a real volume without FUSE, judged by fsck.ocfs2. */
class LocalVolumeTest {
  @TempDir Path dir;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();

  static final Request ROOT_USER =
      new Request() {
        @Override
        public long unique() {
          return 1;
        }

        @Override
        public int uid() {
          return 0;
        }

        @Override
        public int gid() {
          return 0;
        }

        @Override
        public int pid() {
          return 1;
        }

        @Override
        public void onInterrupt(Runnable action) {}
      };

  @Test
  void namesAndContentsSurviveAndTheVolumeIsClean() throws Exception {
    Path image = dir.resolve("image");
    try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
      f.setLength(200L << 20);
    }
    run(
        "mkfs.ocfs2",
        "-q",
        "-x",
        "-F",
        "-b",
        "4096",
        "-C",
        "4096",
        "-M",
        "local",
        "-J",
        "size=8M",
        "--fs-features=noindexed-dirs,noxattr,norefcount",
        image.toString());
    try (BlockDevice device = DirectDevice.open(image.toString(), false)) {
      MountedVolume mounted =
          MountedVolume.mountLocal(
              device, new MountOptions(false, false), Clock.systemUTC(), timer);
      fill(mounted);
      mounted.close();
      fsck(image);
      mounted =
          MountedVolume.mountLocal(
              device, new MountOptions(false, false), Clock.systemUTC(), timer);
      check(mounted);
      mounted.close();
    }
    fsck(image);
    timer.shutdownNow();
  }

  private static void fill(MountedVolume mounted) throws IOException {
    var volume = mounted.volume();
    NamespaceOps names = new NamespaceOps(volume, new InodeMaker(volume, volume.dataPath()));
    RenameOps renames = new RenameOps(volume);
    FileWriter writer = new FileWriter(volume, volume.dataPath(), volume.space());
    Inode sub = names.create(ROOT_USER, volume.root(), Name.of("sub"), 040755, 0, null);
    for (int i = 0; i < 1000; i++) {
      Inode file = names.create(ROOT_USER, sub, Name.of("file-" + i), 0100644, 0, null);
      try (Held held = file.lock(LockMode.EX)) {
        byte[] text = ("contents of " + i).repeat(1 + i).getBytes(StandardCharsets.UTF_8);
        assertThat(writer.write(file, i * 10L, ByteBuffer.wrap(text))).isEqualTo(text.length);
      }
      volume.inodes().put(file, 1);
    }
    for (int i = 0; i < 1000; i += 2) {
      names.remove(sub, Name.of("file-" + i), false);
    }
    renames.rename(sub, Name.of("file-1"), volume.root(), Name.of("moved"), 0);
    renames.rename(sub, Name.of("file-3"), sub, Name.of("file-5"), 0);
    renames.rename(sub, Name.of("file-7"), volume.root(), Name.of("moved"), RenameOps.EXCHANGE);
    names.create(
        ROOT_USER,
        volume.root(),
        Name.of("link"),
        0120777,
        0,
        "x".repeat(3990).getBytes(StandardCharsets.UTF_8));
    volume.inodes().put(sub, 1);
  }

  private static void check(MountedVolume mounted) throws IOException {
    var volume = mounted.volume();
    NamespaceOps names = new NamespaceOps(volume, new InodeMaker(volume, volume.dataPath()));
    FileReader reader = new FileReader(volume.geometry(), volume.dataPath());
    Inode sub = names.lookup(volume.root(), Name.of("sub"));
    List<String> found = new ArrayList<>();
    try (Held held = sub.lock(LockMode.PR)) {
      new Directory(volume.geometry(), sub)
          .list(
              0,
              (name, ino, type, next) -> {
                found.add(name.toString());
                return true;
              });
    }
    assertThat(found).hasSize(2 + 500 - 2).contains("file-5", "file-7").doesNotContain("file-3");
    Inode file = names.lookup(sub, Name.of("file-999"));
    try (Held held = file.lock(LockMode.PR)) {
      String text = "contents of 999".repeat(1000);
      ByteBuffer read = ByteBuffer.allocate(1 << 20);
      assertThat(reader.read(file, 9990, read)).isEqualTo(text.length());
      assertThat(new String(read.array(), 0, text.length(), StandardCharsets.UTF_8))
          .isEqualTo(text);
    }
  }

  private static void fsck(Path image) throws Exception {
    assertThat(run("fsck.ocfs2", "-fn", image.toString())).doesNotContain("? ");
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(output).isZero();
    return output;
  }
}
