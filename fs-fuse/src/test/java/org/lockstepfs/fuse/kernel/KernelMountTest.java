package org.lockstepfs.fuse.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class KernelMountTest {
  @Test
  void unmountDestroysTheFileSystemOnce() throws Exception {
    MemoryFileSystem fs = new MemoryFileSystem(true);
    try (MountFixture m = new MountFixture(fs)) {
      assertThat(Files.readString(java.nio.file.Path.of("/proc/mounts")))
          .contains("memory " + m.dir + " fuse.lockstep rw");
      Files.writeString(m.path("a"), "text");
      assertThat(Files.readString(m.path("a"))).isEqualTo("text");
      m.mount.connection().unmount();
      assertThat(m.mount.awaitEnd(Duration.ofSeconds(10))).isTrue();
    }
    assertThat(fs.destroyed).hasValue(1);
  }

  /** Fault: who unmounts first and breaks the connection to be sure fails, and does not wait. */
  @Test
  void abortAfterUnmountIsNoFailure() throws Exception {
    try (MountFixture m = new MountFixture(new MemoryFileSystem(true))) {
      m.mount.connection().unmount();
      m.mount.connection().abort();
      assertThat(m.mount.awaitEnd(Duration.ofSeconds(10))).isTrue();
    }
  }

  @Test
  void shellSeesAnOrdinaryFileSystem() throws Exception {
    try (MountFixture m = new MountFixture(new MemoryFileSystem(true))) {
      Process sh =
          m.shell(
              "set -e; umask 027; mkdir -p d/e; echo hello > d/e/f; ln d/e/f g; ln -s d/e/f s; cat s;"
                  + " mv g d/h; stat -c '%a %h %s' d d/h; rm d/e/f; rmdir d/e; ls -a d; cp -a d k; cat k/h;"
                  + " touch -d '2001-02-03 04:05:06.7 UTC' k/h; stat -c %Y k/h; df -T . | tail -1 | cut -d' ' -f1",
              "");
      String out = new String(sh.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertThat(out.lines())
          .containsExactly(
              "hello", "750 1 0", "640 2 6", ".", "..", "h", "hello", "981173106", "memory");
      assertThat(sh.waitFor()).isZero();
    }
  }
}
