package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two nodes that mount through libfuse 2 behave as one machine would, but for what that way is
 * documented not to do.
 */
@Timeout(240)
class PathFrontEndIT {
  @TempDir static Path dir;

  private static Pair pair;

  @BeforeAll
  static void mountOnBoth() throws IOException {
    pair = new Pair(dir, Stack.O2CB, "frontend=jnr-fuse");
  }

  @AfterAll
  static void leaveAndCheck() throws IOException {
    try (Pair left = pair) {
      left.leaveAndCheck();
    }
  }

  @Test
  void locksOfRealProcessesCross() {
    Sh.Result result =
        Sh.run(
            Duration.ofSeconds(200),
            Map.of(),
            "python3",
            Sh.script("locktests.py").toString(),
            pair.onA().toString(),
            pair.onB().toString());
    assertThat(result.output()).contains(" 0 failed").doesNotContain("FAIL");
  }

  @Test
  void operationsFromBothSidesBehaveAsTmpfs() throws IOException {
    Path reference = Files.createDirectory(pair.dir().resolve("reference"));
    Sh.run("mount", "-t", "tmpfs", "reference", reference.toString()).ok();
    try {
      Path tree = Files.createDirectory(pair.onA().resolve("tree"));
      Sh.Result result =
          Sh.run(
              Duration.ofSeconds(180),
              Map.of(),
              "python3",
              Sh.script("mirror.py").toString(),
              "--no-rename-flags",
              "--no-fstat-of-nameless",
              "7",
              "300",
              "4096",
              tree.toString(),
              reference.toString(),
              pair.onB().resolve("tree").toString());
      assertThat(result.output()).contains("mirror ok");
    } finally {
      Sh.run("umount", reference.toString());
    }
  }

  /** Fault: an option is taken and not in force. */
  @Test
  void aSecondMountHasTheSameFrontEnd() throws IOException {
    Path other = Files.createDirectory(pair.dir().resolve("other"));
    String device = pair.image().device();
    Sh.Result refused = pair.a().tryMount(device, other, "frontend=kernel");
    assertThat(refused.output()).contains("is mounted with frontend=jnr-fuse already");
    assertThat(refused.status()).isEqualTo(32);
    pair.a().mount(device, other);
    pair.a().umount(other);
  }

  /** Fault: what is open here goes when the other node removes its name. */
  @Test
  void unlinkedFileLivesOnWhereItIsOpen() throws IOException {
    Files.writeString(pair.onA().resolve("file"), "still here");
    try (var open = Files.newInputStream(pair.onB().resolve("file"))) {
      Files.delete(pair.onA().resolve("file"));
      assertThat(pair.onB().resolve("file")).doesNotExist();
      assertThat(new String(open.readNBytes(64), StandardCharsets.UTF_8)).isEqualTo("still here");
    }
  }
}
