package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A damaged metadata block makes a file unreadable and the volume read-only, nothing else. */
@Timeout(120)
class DamageIT {
  private static final int BLOCK = 4096;

  @TempDir static Path dir;

  private static Image image;
  private static Node node;

  @BeforeAll
  static void fill() throws IOException {
    image =
        Image.create(dir, 64)
            .mkfsOcfs2(
                "-b",
                "4096",
                "-C",
                "4096",
                "-N",
                "1",
                "-J",
                "size=4M",
                "-M",
                "local",
                "--fs-features=noinline-data,noindexed-dirs,noxattr,norefcount");
    node = new Node("one", dir.resolve("run"), null);
    Path mount = node.mount(image.device(), dir.resolve("mount"));
    Files.createDirectory(mount.resolve("dir"));
    Files.writeString(mount.resolve("dir/inside"), "text");
    Files.writeString(mount.resolve("inode"), "text");
    Files.writeString(mount.resolve("good"), "text");
    try (FileChannel sparse =
        FileChannel.open(
            mount.resolve("tree"), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
      for (int i = 0; i < 600; i += 2) {
        sparse.write(ByteBuffer.allocate(BLOCK), (long) i * BLOCK);
      }
    }
    node.umount(mount);
    image.assertClean();
  }

  @AfterAll
  static void cleanUp() throws IOException {
    node.close();
    image.close();
  }

  private static long block(String command, String pattern) {
    Matcher found = Pattern.compile(pattern, Pattern.DOTALL).matcher(image.debugfs(command));
    assertThat(found.find()).as(command).isTrue();
    return Long.parseLong(found.group(1));
  }

  private static byte[] swap(long at, byte[] bytes) throws IOException {
    byte[] old = new byte[bytes.length];
    try (RandomAccessFile device = new RandomAccessFile(image.device(), "rw")) {
      device.seek(at);
      device.readFully(old);
      device.seek(at);
      device.write(bytes);
    }
    Sh.run("blockdev", "--flushbufs", image.device()).ok();
    return old;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          stat /tree  | Clusters +Block#\\s+0 +0 +\\d+ +(\\d+)           | 0  | tree       | h_signature
          stat /dir   | Block# +Flags\\s+0 +0 +1 +(\\d+)          | 20 | dir/inside | rec_len
          stat /inode | Inode: (\\d+)                            | 0  | inode      | i_signature
          """)
  void damagedBlock(String command, String pattern, int offset, String name, String field)
      throws IOException {
    long block = block(command, pattern);
    long at = block * BLOCK + offset;
    byte[] intact = swap(at, new byte[] {-1, -1, -1, -1, -1, -1, -1, -1});
    Path log = dir.resolve("run/one/daemon.log");
    long logged = Files.size(log);
    Path mount = node.mount(image.device(), dir.resolve("mount"));
    try {
      assertThatThrownBy(() -> Files.readAllBytes(mount.resolve(name)))
          .hasMessageContaining("Input/output error");
      assertThat(mount.resolve("good")).hasContent("text");
      assertThatThrownBy(() -> Files.createFile(mount.resolve("new")))
          .hasMessageContaining("Read-only file system");
      assertThatThrownBy(
              () -> Files.writeString(mount.resolve("good"), "more", StandardOpenOption.APPEND))
          .hasMessageContaining("Read-only file system");
      String said = Files.readString(log).substring((int) logged);
      assertThat(said)
          .contains(image.device() + ": read-only from now on")
          .contains("block " + block + ": " + field);
      assertThat(node.lockstep("status", "--node", "one").ok().output()).contains("read-only");
    } finally {
      node.umount(mount);
      swap(at, intact);
    }
    node.mount(image.device(), mount);
    Files.delete(Files.createFile(mount.resolve("new")));
    node.umount(mount);
    image.assertClean();
  }
}
