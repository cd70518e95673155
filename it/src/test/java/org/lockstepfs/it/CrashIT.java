package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A lone daemon is killed under load, again and again. */
class CrashIT {
  private static final int ROUNDS = 20;
  private static final long SEED = 20_261;

  @TempDir Path dir;

  @Test
  @Timeout(600)
  void killedDaemonLosesNothingThatWasSynced() throws Exception {
    Random random = new Random(SEED);
    try (Image image = Image.create(dir, 256);
        Node node = new Node("lone", dir.resolve("run"), null)) {
      image.mkfsOcfs2(
          "-M", "local", "-J", "size=4M", "--fs-features=noindexed-dirs,noxattr,norefcount");
      Path mount = dir.resolve("mount");
      Path log = dir.resolve("synced");
      for (int round = 0; round < ROUNDS; round++) {
        node.mount(image.device(), mount);
        check(mount, log);
        Process load = load(mount, log, round);
        TimeUnit.MILLISECONDS.sleep(300 + random.nextInt(900));
        node.kill();
        load.destroyForcibly().waitFor();
      }
      node.mount(image.device(), mount);
      check(mount, log);
      node.umount(mount);
      image.assertClean();
      assertThat(Files.readAllLines(log)).as("files synced in all rounds").hasSizeGreaterThan(20);
    }
  }

  private static Process load(Path mount, Path log, int round) throws IOException {
    return new ProcessBuilder(
            "python3",
            Sh.script("crashload.py").toString(),
            "load",
            mount.toString(),
            log.toString(),
            String.valueOf(round))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** Every file of the log is whole. */
  private static void check(Path mount, Path log) {
    Sh.run(
            "python3",
            Sh.script("crashload.py").toString(),
            "check",
            mount.toString(),
            log.toString())
        .ok();
  }
}
