package org.lockstepfs.fuse.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.fuse.kernel.MountInfo;

@Timeout(60)
final class SystemMountCallsTest {
  /** MS_REMOUNT, MS_BIND and MS_RDONLY: of this mount, not of its file system. */
  private static final long READ_ONLY_HERE = 32 | 4096 | 1;

  @TempDir private Path temp;
  private final SystemMountCalls calls = new SystemMountCalls();
  private Path dir;

  @BeforeEach
  void prepare() throws IOException {
    assumeTrue("root".equals(System.getProperty("user.name")), "mounting takes root");
    dir = Files.createDirectory(temp.resolve("a dir")).toRealPath();
  }

  @AfterEach
  void unmount() throws IOException {
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
  }

  @Test
  void aDirectoryThatIsNoMountPointIsRefused() {
    assertThatThrownBy(() -> calls.isIdle(dir.toString())).isInstanceOf(ErrnoException.class);
  }
}
