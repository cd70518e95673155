package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The holder of locks dies, or its cable is pulled: a waiter on another of three nodes gets them,
 * and may work in the directory that the holder worked in. Prints how long that took. Property
 * {@code lockstep.failover.rounds} says how often, {@code lockstep.failover.timing} with which
 * timing.
 */
@Timeout(7200)
class FailoverIT {
  private static final int ROUNDS = Integer.getInteger("lockstep.failover.rounds", 1);
  private static final String TIMING = System.getProperty("lockstep.failover.timing", "fast");
  private static final long LIMIT_S = TIMING.equals("fast") ? 40 : 200;
  private static final String VICTIM = "a";
  private static final String WAITER = "b";

  @TempDir Path dir;

  @Test
  void locksAndDirectoriesOfAKilledNodeAreTakenOver() throws Exception {
    measure("SIGKILL of the holder", false);
  }

  @Test
  void locksAndDirectoriesOfANodeCutOffAreTakenOver() throws Exception {
    measure("cable of the holder pulled", true);
  }

  private void measure(String what, boolean cut) throws Exception {
    List<List<Long>> results = new ArrayList<>();
    try (ChaosCluster cluster =
        new ChaosCluster(
            dir, cut ? "cut" : "kill", Stack.O2CB, TIMING, List.of(VICTIM, WAITER, "c"))) {
      cluster.mountAll();
      for (int round = 0; round < ROUNDS; round++) {
        results.add(round(cluster, cut));
      }
      cluster.stop();
    }
    String[] steps = {"fcntl lock", "flock", "create"};
    for (int step = 0; step < steps.length; step++) {
      int index = step;
      List<Long> sorted = results.stream().map(r -> r.get(index)).sorted().toList();
      System.out.printf(
          Locale.ROOT,
          "timing %s, %s, until %s: median %.2f s, maximum %.2f s of %d%n",
          TIMING,
          what,
          steps[step],
          sorted.get(sorted.size() / 2) / 1e9,
          sorted.get(sorted.size() - 1) / 1e9,
          sorted.size());
    }
  }

  private static List<Long> round(ChaosCluster cluster, boolean cut) throws Exception {
    Process holder = script(cluster, "hold", VICTIM);
    line(holder.inputReader(), "held");
    Process waiter = script(cluster, "wait", WAITER);
    try {
      BufferedReader said = waiter.inputReader();
      line(said, "waiting");
      TimeUnit.MILLISECONDS.sleep(500);
      long start = System.nanoTime();
      if (cut) {
        cluster.network().cable(VICTIM, false);
      } else {
        cluster.node(VICTIM).kill();
      }
      List<Long> nanos = new ArrayList<>();
      for (String step : List.of("fcntl", "flock", "create")) {
        nanos.add(Long.parseLong(line(said, step).split(" ")[1]) - start);
      }
      return nanos;
    } finally {
      waiter.destroyForcibly().waitFor();
      cluster.network().cable(VICTIM, true);
      cluster.awaitEnd(VICTIM, "failover");
      holder.destroyForcibly().waitFor();
      cluster.remount(VICTIM);
    }
  }

  private static Process script(ChaosCluster cluster, String role, String node) throws IOException {
    return new ProcessBuilder(
            "python3",
            Sh.script("failover.py").toString(),
            role,
            cluster.mountpoint(node).toString())
        .redirectErrorStream(true)
        .start();
  }

  private static String line(BufferedReader from, String start) throws Exception {
    String line =
        CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return from.readLine();
                  } catch (IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                })
            .get(LIMIT_S, TimeUnit.SECONDS);
    assertThat(line).startsWith(start);
    return line;
  }
}
