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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The holder of locks dies, or a cable is pulled and its side has to stop: a waiter on another node
 * gets them, and may work in the directory that the holder worked in. Prints how long that took.
 * Property {@code lockstep.failover.rounds} says how often, {@code lockstep.failover.timing} with
 * which timing.
 */
@Timeout(7200)
class FailoverIT {
  private static final int ROUNDS = Integer.getInteger("lockstep.failover.rounds", 1);
  private static final String TIMING = System.getProperty("lockstep.failover.timing", "fast");
  private static final long LIMIT_S = TIMING.equals("fast") ? 40 : 200;

  @TempDir Path dir;

  /**
   * One way to lose the holder.
   *
   * @param cable whose is pulled; null if the holder is killed
   */
  private record Loss(String holder, String waiter, String cable) {
    void inflict(ChaosCluster cluster) throws IOException {
      if (cable == null) {
        cluster.node(holder).kill();
      } else {
        cluster.network().cable(cable, false);
      }
    }

    void mend(ChaosCluster cluster) {
      if (cable != null) {
        cluster.network().cable(cable, true);
      }
    }

    @Override
    public String toString() {
      return cable == null ? "SIGKILL of " + holder : "cable of " + cable + " pulled";
    }
  }

  @ParameterizedTest
  @EnumSource(Stack.class)
  void whatALostNodeHeldIsTakenOver(Stack stack) throws Exception {
    measure(
        stack, List.of("a", "b", "c"), List.of(new Loss("a", "b", null), new Loss("a", "b", "a")));
  }

  /**
   * Of two that have lost each other but not the disk, the one with the lower number goes on. What
   * decides that is the same on both stacks.
   */
  @ParameterizedTest
  @EnumSource(value = Stack.class, names = "PCMK")
  void oneOfTwoGoesOn(Stack stack) throws Exception {
    measure(
        stack,
        List.of("a", "b"),
        List.of(
            new Loss("a", "b", null),
            new Loss("b", "a", null),
            new Loss("b", "a", "a"),
            new Loss("b", "a", "b")));
  }

  private void measure(Stack stack, List<String> hosts, List<Loss> losses) throws Exception {
    try (ChaosCluster cluster = new ChaosCluster(dir, "fail", stack, TIMING, hosts)) {
      cluster.mountAll();
      for (Loss loss : losses) {
        List<List<Long>> results = new ArrayList<>();
        for (int round = 0; round < ROUNDS; round++) {
          results.add(round(cluster, loss));
        }
        print(stack + ", " + hosts.size() + " nodes, " + loss, results);
      }
      cluster.stop();
    }
  }

  private static void print(String what, List<List<Long>> results) {
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

  private static List<Long> round(ChaosCluster cluster, Loss loss) throws Exception {
    Process holder = script(cluster, "hold", loss.holder());
    line(holder.inputReader(), "held");
    Process waiter = script(cluster, "wait", loss.waiter());
    try {
      BufferedReader said = waiter.inputReader();
      line(said, "waiting");
      TimeUnit.MILLISECONDS.sleep(500);
      long start = System.nanoTime();
      loss.inflict(cluster);
      List<Long> nanos = new ArrayList<>();
      for (String step : List.of("fcntl", "flock", "create")) {
        nanos.add(Long.parseLong(line(said, step).split(" ")[1]) - start);
      }
      return nanos;
    } finally {
      waiter.destroyForcibly().waitFor();
      loss.mend(cluster);
      cluster.awaitEnd(loss.holder(), "failover");
      holder.destroyForcibly().waitFor();
      cluster.remount(loss.holder());
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
