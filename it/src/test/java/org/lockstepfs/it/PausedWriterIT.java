package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * A node stands still in the middle of writing, for longer than its peers wait, and goes on when
 * they have recovered it. Each node reaches the disk through a loop device of its own, whose
 * counters, which the kernel keeps, tell who has written.
 *
 * <p>The window that remains: a node that is stopped after the check of its deadline and before the
 * system call that the check is for, a few instructions later, makes that one write when it goes
 * on. Only the storage can refuse it.
 */
class PausedWriterIT {
  private static final int ROUNDS = Integer.getInteger("lockstep.pause.rounds", 2);
  private static final int FENCED = 75;

  @TempDir Path dir;

  private Image image;
  private String diskOfA;
  private String diskOfB;

  @ParameterizedTest
  @EnumSource(Stack.class)
  @Timeout(600)
  void nothingIsWrittenAfterThePause(Stack stack) throws Exception {
    Path config = ClusterFile.write(dir, stack, "paused", "a", "b");
    image = Image.create(dir, 300).mkfsShared(stack, "paused");
    diskOfA = image.device();
    diskOfB = image.anotherDevice();
    try (Node a = new Node("a", dir.resolve("run"), config);
        Node b = new Node("b", dir.resolve("run"), config)) {
      Path onB = b.mount(diskOfB, dir.resolve("on-b"));
      for (int round = 0; round < ROUNDS; round++) {
        round(a, onB, round);
      }
      b.umount(onB);
    } finally {
      image.close();
    }
  }

  private void round(Node a, Path onB, int round) throws Exception {
    Process daemon = a.startDaemon();
    Process writer = null;
    try {
      Path onA = a.mount(diskOfA, dir.resolve("on-a"));
      Files.createDirectories(onA.resolve("work"));
      writer =
          new ProcessBuilder(
                  "sh",
                  "-c",
                  "i=0; while dd if=/dev/zero of=work/f$i bs=64k count=30 oflag=direct conv=fsync"
                      + " 2>/dev/null; do i=$(((i+1)%50)); done")
              .directory(onA.toFile())
              .start();
      TimeUnit.MILLISECONDS.sleep(700 + 211L * round);
      long before = writes(diskOfA);
      a.freeze(true);
      assertThat(before).as("writes before the pause").isPositive();
      // Returns when the locks of the dead node are free and its journal is replayed.
      Files.createFile(onB.resolve("work").resolve("taken-over-" + round));
      long recovered = writes(diskOfA);
      a.freeze(false);
      assertThat(daemon.waitFor(20, TimeUnit.SECONDS)).as("the paused node ends itself").isTrue();
      assertThat(daemon.exitValue()).isEqualTo(FENCED);
      assertThat(writes(diskOfA) - recovered).as("writes after the pause").isZero();
      assertThat(writer.waitFor(20, TimeUnit.SECONDS)).as("its application is told").isTrue();
    } finally {
      if (writer != null) {
        writer.destroyForcibly();
      }
      daemon.destroyForcibly();
    }
    image.snapshot();
    image.assertSnapshotRecovers("round " + round);
  }

  @Test
  @Timeout(120)
  void theMountPointStaysThereAndIsDead() throws Exception {
    Path config = ClusterFile.write(dir, Stack.O2CB, "paused", "a", "b");
    image = Image.create(dir, 300).mkfsShared(Stack.O2CB, "paused");
    try (Node a = new Node("a", dir.resolve("run"), config);
        Node b = new Node("b", dir.resolve("run"), config)) {
      Process daemon = a.startDaemon();
      Path onA = a.mount(image.device(), dir.resolve("on-a"));
      Path onB = b.mount(image.device(), dir.resolve("on-b"));
      a.freeze(true);
      Files.createFile(onB.resolve("taken-over"));
      a.freeze(false);
      assertThat(daemon.waitFor(20, TimeUnit.SECONDS)).as("the paused node ends itself").isTrue();
      // Whoever comes now must not find himself in the directory below.
      assertThat(Sh.run("ls", onA.toString()).output())
          .contains("Transport endpoint is not connected");
    } finally {
      image.close();
    }
  }

  /** Returns how many writes a device has done so far (Documentation/block/stat.rst). */
  private static long writes(String device) throws IOException {
    Path stat = Path.of("/sys/block", Path.of(device).getFileName().toString(), "stat");
    return Long.parseLong(List.of(Files.readString(stat).strip().split("\\s+")).get(4));
  }
}
