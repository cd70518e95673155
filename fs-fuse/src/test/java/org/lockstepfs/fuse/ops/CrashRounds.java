package org.lockstepfs.fuse.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
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
import org.lockstepfs.blockdev.device.MemoryDevice;
import org.lockstepfs.fuse.dlmglue.FakeDlm;

/**
 * Three nodes append to one file of a volume in memory, and make and remove others, while one after
 * the other dies. A program of its own, for the dead leave threads and some megabytes each behind:
 * no more than some 200 rounds in one.
 */
final class CrashRounds {
  private static final int NODES = 3;

  /** Like all threads but the first one it keeps nobody from ending. */
  private final ScheduledExecutorService timer =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            Thread thread = new Thread(task, "timer");
            thread.setDaemon(true);
            return thread;
          });

  private final Path image;
  private final int rounds;
  private final Random random;
  private final FakeDlm dlm;
  private final MemoryDevice disk;

  private CrashRounds(Path image, int rounds, long seed) throws IOException {
    this.image = image;
    this.rounds = rounds;
    random = new Random(seed);
    dlm = new FakeDlm(seed, 300);
    byte[] contents = Files.readAllBytes(image);
    disk = new MemoryDevice(contents.length, 512);
    disk.write(0, ByteBuffer.wrap(contents));
  }

  /**
   * Runs; arguments are the image, the number of rounds, and a seed. Ends with status 0 if all is
   * well.
   */
  public static void main(String[] args) throws Exception {
    new CrashRounds(Path.of(args[0]), Integer.parseInt(args[1]), Long.parseLong(args[2])).run();
    System.exit(0);
  }

  private void run() throws Exception {
    List<VolumeNode> nodes = new ArrayList<>();
    for (int i = 1; i <= NODES; i++) {
      nodes.add(new VolumeNode(i, disk, dlm, timer));
    }
    for (int round = 0; round < rounds; round++) {
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
    Files.write(image, disk.bytes(0, (int) disk.size()));
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
}
