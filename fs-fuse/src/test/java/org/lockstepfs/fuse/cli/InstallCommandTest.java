package org.lockstepfs.fuse.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class InstallCommandTest {
  @TempDir Path dir;
  private String home;

  @BeforeEach
  void pretendALauncher() {
    home = System.setProperty("lockstep.home", "/opt/lockstep");
  }

  @AfterEach
  void restore() {
    if (home == null) {
      System.clearProperty("lockstep.home");
    } else {
      System.setProperty("lockstep.home", home);
    }
  }

  @Test
  void helpersAreLinksToTheLauncherAndNoUnitIsMadeWithoutSystemd() throws IOException {
    assertThat(Main.run("install", "--prefix", dir.toString())).isZero();
    assertThat(Files.readSymbolicLink(dir.resolve("sbin/mount.lockstep")))
        .isEqualTo(Path.of("/opt/lockstep/bin/lockstep"));
    assertThat(dir.resolve("etc")).doesNotExist();
  }

  @Test
  void theUnitStartsThisProgramAgainAfterFencing() throws IOException {
    Path units = Files.createDirectories(dir.resolve("etc/systemd/system"));
    assertThat(Main.run("install", "--prefix", dir.toString())).isZero();
    assertThat(Files.readAllLines(units.resolve("lockstepd@.service")))
        .contains("ExecStart=/opt/lockstep/bin/lockstep daemon --node %i", "Restart=on-failure");
  }
}
