package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Three nodes on hosts of their own that know of each other by votes. One of them, which holds
 * locks, is killed, stands still for too long, or loses its network: the two others go on, and it
 * writes no more. Nobody writes a heartbeat to the disk.
 */
@Timeout(240)
class VotesIT {
  private static final List<String> HOSTS = List.of("a", "b", "c");
  private static final String VICTIM = "c";
  private static final int MOUNT_LIMIT_S = 90;

  /** Loaded test machines are slow; the design asks for 10 s. */
  private static final long LIMIT_S = 30;

  @TempDir Path dir;

  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private Image image;
  private String diskOfVictim;

  @Test
  void theMajorityGoesOnAndTheDiskSeesNoHeartbeat() throws Exception {
    Path config = ClusterFile.forHosts(dir, Stack.PCMK, "votes", List.of("quorum = votes"), HOSTS);
    image = Image.create(dir, 300).mkfsShared(Stack.PCMK, "votes");
    diskOfVictim = image.anotherDevice();
    byte[] heartbeats = heartbeatFile("before");
    try (Network network = new Network("votes", HOSTS)) {
      for (String host : HOSTS) {
        nodes.put(host, new Node(host, dir.resolve("run"), config, network.on(host)));
      }
      try {
        together(HOSTS, this::mount);
        report("SIGKILL", round("a", nodes.get(VICTIM)::kill));
        mount(VICTIM);
        report("SIGSTOP", round("b", () -> nodes.get(VICTIM).freeze(true)));
        assertFencedBeforeItWrites();
        mount(VICTIM);
        report("cable pulled", round("a", () -> network.cable(VICTIM, false)));
        awaitEnd();
        assertThat(Files.readString(dir.resolve("run").resolve(VICTIM).resolve("daemon.log")))
            .contains(
                "node c fences itself: no heartbeat on the network, answered by 2 of 3 votes");
        assertThat(heartbeatFile("after")).as("heartbeat file").isEqualTo(heartbeats);
        together(List.of("a", "b"), host -> nodes.get(host).stop());
      } finally {
        for (Node node : nodes.values()) {
          node.close();
        }
      }
      image.assertClean();
    } finally {
      image.close();
    }
  }

  private byte[] heartbeatFile(String name) throws IOException {
    Path copy = dir.resolve("heartbeat-" + name);
    image.debugfs("dump //heartbeat " + copy);
    return Files.readAllBytes(copy);
  }

  private Path mountpoint(String host) {
    return dir.resolve("on-" + host);
  }

  private void mount(String host) throws IOException {
    String device = host.equals(VICTIM) ? diskOfVictim : image.device();
    nodes.get(host).mount(device, mountpoint(host));
  }

  /** What is done with a host. */
  private interface Step {
    void take(String host) throws IOException;
  }

  /**
   * One alone has no majority: it waits for a second to come, and stops when the last but it goes.
   */
  private static void together(List<String> hosts, Step step) throws Exception {
    List<CompletableFuture<Void>> steps = new ArrayList<>();
    for (String host : hosts) {
      steps.add(
          CompletableFuture.runAsync(
              () -> {
                try {
                  step.take(host);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              }));
    }
    for (CompletableFuture<Void> taken : steps) {
      taken.get(MOUNT_LIMIT_S, TimeUnit.SECONDS);
    }
  }

  /** What befalls the victim. */
  private interface Fate {
    void strike() throws Exception;
  }

  /** Returns how long it takes until a waiter has all that the victim held, in nanoseconds. */
  private long round(String waiter, Fate fate) throws Exception {
    Process holder = script("hold", VICTIM);
    line(holder.inputReader(), "held");
    Process waits = script("wait", waiter);
    try {
      BufferedReader said = waits.inputReader();
      line(said, "waiting");
      TimeUnit.MILLISECONDS.sleep(500);
      long start = System.nanoTime();
      fate.strike();
      line(said, "fcntl");
      line(said, "flock");
      long took = Long.parseLong(line(said, "create").split(" ")[1]) - start;
      for (String host : HOSTS) {
        if (!host.equals(VICTIM)) {
          Files.createFile(mountpoint(host).resolve("work").resolve(waiter + start + host));
        }
      }
      return took;
    } finally {
      waits.destroyForcibly().waitFor();
      holder.destroyForcibly();
    }
  }

  private static void report(String what, long nanos) {
    System.out.printf(
        Locale.ROOT, "votes, %s of the holder: the others go on after %.2f s%n", what, nanos / 1e9);
  }

  private void assertFencedBeforeItWrites() throws Exception {
    long before = writes();
    nodes.get(VICTIM).freeze(false);
    awaitEnd();
    assertThat(writes() - before).as("writes after the pause").isZero();
  }

  private void awaitEnd() throws Exception {
    var daemon = nodes.get(VICTIM).daemon();
    if (daemon.isPresent()) {
      daemon.get().onExit().get(LIMIT_S, TimeUnit.SECONDS);
    }
  }

  /** Returns how many writes the victim's device has done so far (Documentation/block/stat.rst). */
  private long writes() throws IOException {
    Path stat = Path.of("/sys/block", Path.of(diskOfVictim).getFileName().toString(), "stat");
    return Long.parseLong(List.of(Files.readString(stat).strip().split("\\s+")).get(4));
  }

  private Process script(String role, String host) throws IOException {
    return new ProcessBuilder(
            "python3", Sh.script("failover.py").toString(), role, mountpoint(host).toString())
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
                    throw new UncheckedIOException(e);
                  }
                })
            .get(LIMIT_S, TimeUnit.SECONDS);
    assertThat(line).startsWith(start);
    return line;
  }
}
