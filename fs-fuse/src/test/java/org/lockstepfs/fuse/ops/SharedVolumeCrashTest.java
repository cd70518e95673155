package org.lockstepfs.fuse.ops;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.blockdev.device.MemoryDevice;
import org.lockstepfs.fuse.dlmglue.FakeDlm;
import org.slf4j.LoggerFactory;

/**
 * Three nodes append to one file of a volume in memory, and make and remove others, while one after
 * the other dies: the file system's own part in a node's death, without the lock managers.
 *
 * <p>Property {@code lockstep.crash.rounds} says how often, {@code lockstep.crash.seed} when. The
 * dead leave threads and some megabytes each behind until the process ends: no more than some 200
 * rounds in one.
 */
class SharedVolumeCrashTest {
  private static final int ROUNDS = Integer.getInteger("lockstep.crash.rounds", 20);
  private static final long SEED = Long.getLong("lockstep.crash.seed", 1);
  private static final int BYTES = 100 << 20;
  private static final int NODES = 3;

  @TempDir Path dir;

  private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
  private final Logger log = (Logger) LoggerFactory.getLogger("org.lockstepfs");
  private final Random random = new Random(SEED);
  private final FakeDlm dlm = new FakeDlm(SEED, 300);
  private Path image;
  private MemoryDevice disk;

  @BeforeEach
  void format() throws Exception {
    image = dir.resolve("image");
    try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
      f.setLength(BYTES);
    }
    run(
        "mkfs.ocfs2",
        "-q",
        "-x",
        "-F",
        "-N",
        "4",
        "-J",
        "size=4M",
        "--cluster-stack=pcmk",
        "--cluster-name=test",
        "--fs-features=noindexed-dirs,noxattr,norefcount",
        image.toString());
    disk = new MemoryDevice(BYTES, 512);
    disk.write(0, ByteBuffer.wrap(Files.readAllBytes(image)));
  }

  @BeforeEach
  void beSilentAboutTheDead() {
    log.setLevel(Level.OFF);
  }

  @AfterEach
  void end() {
    log.setLevel(null);
    dlm.close();
    timer.shutdownNow();
  }

  @Test
  @Timeout(3600)
  void nothingThatWasSyncedIsLost() throws Exception {
    List<VolumeNode> nodes = new ArrayList<>();
    for (int i = 1; i <= NODES; i++) {
      nodes.add(new VolumeNode(i, disk, dlm, timer));
    }
    for (int round = 0; round < ROUNDS; round++) {
      nodes.forEach(VolumeNode::work);
      TimeUnit.MILLISECONDS.sleep(random.nextInt(150));
      int victim = random.nextInt(NODES);
      VolumeNode dead = nodes.get(victim);
      dead.die();
      TimeUnit.MILLISECONDS.sleep(random.nextInt(50));
      dead.bury();
      for (VolumeNode node : nodes) {
        if (node != dead) {
          node.awaitProgress();
        }
      }
      nodes.set(victim, new VolumeNode(dead.number(), disk, dlm, timer));
      if (random.nextBoolean()) {
        nodes.get(victim).work();
        nodes.get(victim).awaitProgress();
      }
      for (VolumeNode node : nodes) {
        node.rest();
      }
      nodes.get(victim).inherit(dead.synced());
      judge(nodes, "round " + round + ": death of " + dead.number());
      if (random.nextInt(3) > 0) {
        nodes.get(random.nextInt(NODES)).forget();
        nodes.forEach(node -> node.synced().clear());
      }
    }
    for (VolumeNode node : nodes) {
      node.close();
    }
    assertThat(dlm.violations).isEmpty();
    Files.write(image, disk.bytes(0, BYTES));
    assertThat(run("fsck.ocfs2", "-fn", image.toString())).contains("All passes succeeded");
  }

  private void judge(List<VolumeNode> nodes, String what) throws IOException {
    for (VolumeNode node : nodes) {
      String log = node.readLog();
      List<String> found = Arrays.asList(log.split("\n"));
      for (VolumeNode writer : nodes) {
        TreeSet<String> lost = new TreeSet<>(writer.synced());
        found.forEach(lost::remove);
        assertThat(lost).as("%s, seen by %d; the log:%n%s", what, node.number(), log).isEmpty();
      }
      assertThat(log).as("%s, seen by %d", what, node.number()).doesNotContain("\0");
    }
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
    return output;
  }
}
