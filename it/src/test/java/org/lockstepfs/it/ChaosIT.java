package org.lockstepfs.it;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes work on one volume while one of them is killed, frozen, cut off, or loses its disk,
 * or several are killed at once; over and over. Several such clusters run side by side, since most
 * of the time goes by waiting.
 *
 * <p>Property {@code lockstep.chaos.rounds} says how often in all, {@code lockstep.chaos.clusters}
 * on how many clusters, {@code lockstep.chaos.seed} in which order; {@code lockstep.chaos.stacks}
 * which stacks the clusters have in turn and {@code lockstep.chaos.faults} which faults happen,
 * separated by commas. After every {@code lockstep.chaos.forget} rounds what has been judged is
 * removed, so that late rounds of a long run take about as long as early ones.
 */
class ChaosIT {
  private static final int CLUSTERS = Integer.getInteger("lockstep.chaos.clusters", 2);
  private static final int ROUNDS = Integer.getInteger("lockstep.chaos.rounds", 50);
  private static final int SEED = Integer.getInteger("lockstep.chaos.seed", 4711);
  private static final List<Stack> STACKS = list("lockstep.chaos.stacks", Stack.values());
  private static final List<Fault> FAULTS = list("lockstep.chaos.faults", Fault.values());

  @TempDir Path dir;

  /** Returns the constants that a property names; all of them if it is not set. */
  private static <E extends Enum<E>> List<E> list(String property, E[] all) {
    List<String> names =
        List.of(System.getProperty(property, "").toUpperCase(Locale.ROOT).split(","));
    return names.equals(List.of(""))
        ? List.of(all)
        : names.stream().map(name -> Enum.valueOf(all[0].getDeclaringClass(), name)).toList();
  }

  @Test
  @Timeout(7200)
  void nothingIsLostWhateverHappensToANode() throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(CLUSTERS);
    try {
      List<Callable<String>> clusters = new ArrayList<>();
      for (int i = 0; i < CLUSTERS; i++) {
        String name = String.valueOf((char) ('p' + i));
        Stack stack = STACKS.get(i % STACKS.size());
        clusters.add(() -> rounds(name, stack));
      }
      for (Future<String> done : threads.invokeAll(clusters)) {
        System.out.println(done.get());
      }
    } finally {
      threads.shutdownNow();
    }
  }

  private String rounds(String name, Stack stack) throws Exception {
    Random random = new Random(SEED + name.hashCode());
    Path place = Files.createDirectory(dir.resolve(name));
    try (ChaosCluster cluster =
        new ChaosCluster(place, name, stack, "fast", List.of("a", "b", "c"))) {
      try {
        cluster.start();
        for (int round = 0; round < ROUNDS / CLUSTERS; round++) {
          cluster.round(round, FAULTS.get(random.nextInt(FAULTS.size())), random);
        }
        cluster.stop();
      } catch (Exception | AssertionError e) {
        System.out.println(cluster.evidence());
        throw e;
      }
      return cluster.summary();
    }
  }
}
