package org.lockstepfs.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes work on one volume while one of them is killed, frozen, cut off, or loses its disk;
 * over and over. Several such clusters run side by side, since most of the time goes by waiting.
 *
 * <p>Property {@code lockstep.chaos.rounds} says how often in all, {@code lockstep.chaos.clusters}
 * on how many clusters, {@code lockstep.chaos.seed} in which order, {@code lockstep.chaos.faults}
 * which faults, separated by commas.
 */
class ChaosIT {
  private static final int CLUSTERS = Integer.getInteger("lockstep.chaos.clusters", 2);
  private static final int ROUNDS = Integer.getInteger("lockstep.chaos.rounds", 50);
  private static final int SEED = Integer.getInteger("lockstep.chaos.seed", 4711);
  private static final List<Fault> FAULTS = faults(System.getProperty("lockstep.chaos.faults", ""));

  @TempDir Path dir;

  private static List<Fault> faults(String names) {
    return names.isEmpty()
        ? List.of(Fault.values())
        : Stream.of(names.split(",")).map(Fault::valueOf).toList();
  }

  @Test
  @Timeout(7200)
  void nothingIsLostWhateverHappensToANode() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CLUSTERS);
    try {
      List<Callable<String>> clusters = new ArrayList<>();
      for (int i = 0; i < CLUSTERS; i++) {
        String name = String.valueOf((char) ('p' + i));
        clusters.add(() -> rounds(name));
      }
      for (Future<String> done : threads.invokeAll(clusters)) {
        System.out.println(done.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private String rounds(String name) throws Exception {
    Random random = new Random(SEED + name.hashCode());
    Path place = Files.createDirectory(dir.resolve(name));
    try (ChaosCluster cluster =
        new ChaosCluster(place, name, Stack.O2CB, "fast", List.of("a", "b", "c"))) {
      cluster.start();
      for (int round = 0; round < ROUNDS / CLUSTERS; round++) {
        cluster.round(round, FAULTS.get(random.nextInt(FAULTS.size())), random);
      }
      cluster.stop();
      return cluster.summary();
    }
  }
}
