package org.lockstepfs.fuse.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.OpenFlag;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.kernel.FuseConnection;
import org.lockstepfs.fuse.kernel.MountInfo;
import org.lockstepfs.fuse.kernel.MountOptions;

@Timeout(60)
final class SystemMountCallsTest {
  /** MS_REMOUNT, MS_BIND and MS_RDONLY: of this mount, not of its file system. */
  private static final long READ_ONLY_HERE = 32 | 4096 | 1;

  private static final int MAX_READ = 4096;

  @TempDir private Path temp;
  private final SystemMountCalls calls = new SystemMountCalls();
  private Path dir;
  private int server = -1;

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "mounting takes root");
    dir = Files.createDirectory(temp.resolve("a dir")).toRealPath();
  }

  @AfterEach
  void unmount() throws IOException {
    if (server >= 0) {
      Native.libc().close(server);
    }
    while (MountInfo.at(dir) != null) {
      calls.unmount(dir.toString(), true);
    }
  }

  private MountInfo memory() throws IOException {
    assertThat(Native.libc().mount("memory", dir.toString(), "tmpfs", 0, null)).isZero();
    return MountInfo.at(dir);
  }

  @Test
  void askingWhetherItIsIdleLeavesItMounted() throws IOException {
    MountInfo mount = memory();
    for (int i = 0; i < 3; i++) {
      assertThat(calls.isIdle(dir.toString())).isTrue();
      assertThat(MountInfo.at(dir)).isEqualTo(mount);
    }
  }

  @Test
  void openFilesAreUse() throws IOException {
    memory();
    Path file = Files.createFile(dir.resolve("file"));
    try (InputStream in = Files.newInputStream(file)) {
      assertThat(calls.isIdle(dir.toString())).isFalse();
      assertThat(in.read()).isNegative();
    }
    assertThat(calls.isIdle(dir.toString())).isTrue();
  }

  @Test
  void aCopyBringsAMountBackAsItWas() throws IOException {
    MountInfo mount = memory();
    Files.createFile(dir.resolve("file"));
    assertThat(Native.libc().mount(null, dir.toString(), null, READ_ONLY_HERE, null)).isZero();
    try (MountCalls.Copy copy = calls.copy(mount)) {
      assertThat(calls.isIdle(dir.toString())).isTrue();
      calls.unmount(dir.toString(), false);
      assertThat(MountInfo.at(dir)).isNull();
      copy.attach(dir.toString());
    }
    assertThat(MountInfo.at(dir).devno()).isEqualTo(mount.devno());
    assertThat(dir.resolve("file")).exists();
    assertThatThrownBy(() -> Files.createFile(dir.resolve("another")))
        .hasMessageContaining("Read-only");
  }

  @Test
  void whatIsCoveredIsNotMistakenForWhatCoversIt() throws IOException {
    MountInfo covered = memory();
    MountInfo top = memory();
    assertThat(top).isNotEqualTo(covered);
    assertThatThrownBy(() -> calls.copy(covered)).hasMessageContaining("leads to another mount");
    assertThatThrownBy(() -> calls.detachIfDead(covered))
        .hasMessageContaining("leads to another mount");
    assertThat(calls.detachIfDead(top)).isFalse();
  }

  private MountInfo fuse(FuseConnection.Server end) throws IOException {
    assumeTrue(Files.isReadable(Path.of("/dev/fuse")), "no access to /dev/fuse");
    FuseConnection.mount("/dev/none", dir, MountOptions.parse(""), MAX_READ, end);
    return MountInfo.at(dir);
  }

  @Test
  void aMountThatNobodyServesIsDetachedAlthoughItIsInUse() throws Exception {
    MountInfo mount = fuse(fd -> Native.libc().close(fd));
    assertThat(calls.isDead(mount)).isTrue();
    int user = Native.open(dir.toString(), OpenFlag.PATH);
    try {
      assertThat(calls.isIdle(dir.toString())).isFalse();
      assertThat(calls.detachIfDead(mount)).isTrue();
    } finally {
      Native.libc().close(user);
    }
    assertThat(MountInfo.at(dir)).isNull();
    assertThatThrownBy(() -> calls.detachIfDead(mount)).isInstanceOf(IOException.class);
  }

  /** Fault: who asks a mount whose server lives but says nothing never comes back. */
  @Test
  void oneWhoseServerIsSilentIsLeftAlone() throws Exception {
    MountInfo mount = fuse(fd -> server = fd);
    NodePaths paths = new NodePaths(temp.resolve("run"), "a");
    Files.createDirectories(paths.dir());
    MountNotes notes = MountNotes.of(paths);
    notes.add(mount.devno(), mount.source());
    Thread daemon = new Thread(() -> tidyUp(notes, 300));
    daemon.start();
    daemon.join(TimeUnit.SECONDS.toMillis(20));
    assertThat(daemon.isAlive()).as("held up").isFalse();
    assertThat(MountInfo.at(dir)).isEqualTo(mount);
    Native.libc().close(server);
    server = -1;
    tidyUp(MountNotes.of(paths), 2000);
    assertThat(MountInfo.at(dir)).isNull();
  }

  private void tidyUp(MountNotes notes, long answerMs) {
    try {
      new DeadMounts(notes, calls, answerMs).detach(m -> true);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void aDirectoryThatIsNoMountPointIsRefused() {
    assertThatThrownBy(() -> calls.isIdle(dir.toString())).isInstanceOf(ErrnoException.class);
  }
}
