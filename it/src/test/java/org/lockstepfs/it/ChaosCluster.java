package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/** Nodes on hosts of their own, a worker on each, and what may happen to them. */
final class ChaosCluster implements AutoCloseable {
  /** Longer than any node needs to be given up by the others. */
  private static final long GIVEN_UP_MS = 9_000;

  /** About as long as the recovery of a node that was killed takes. */
  private static final int RECOVERY_MS = 4_000;

  /** Loaded test machines are slow; the design asks for 10 s. */
  private static final long MAX_WAIT_MS = 30_000;

  /** After how many rounds the files go that have been judged. */
  private static final int FORGET_AFTER = Integer.getInteger("lockstep.chaos.forget", 10);

  private static final Duration CHECK_LIMIT = Duration.ofSeconds(120);

  private final Path dir;
  private final String name;
  private final Stack stack;
  private final Network network;
  private final Image image;
  private final Map<String, Node> nodes = new LinkedHashMap<>();
  private final Map<String, DiskPath> disks = new LinkedHashMap<>();
  private final Map<String, Process> workers = new LinkedHashMap<>();
  private final List<String> log = new ArrayList<>();
  private int seed;

  /**
   * Makes a volume and its nodes.
   *
   * @param name tells the cluster from others
   * @param stack its stack
   * @param timing its timing profile
   */
  ChaosCluster(Path dir, String name, Stack stack, String timing, List<String> hosts)
      throws IOException {
    this.dir = dir;
    this.name = name;
    this.stack = stack;
    network = new Network(name, hosts);
    Path paths = dir.resolve("paths");
    Path config =
        ClusterFile.forHosts(
            dir,
            stack,
            "chaos",
            List.of(
                "timing = " + timing,
                "fence_agent = " + Sh.script("fence-path.sh"),
                "fence_options = paths=" + paths),
            hosts);
    image =
        Image.create(Files.createDirectory(dir.resolve("disk")), 400).mkfsShared(stack, "chaos");
    for (String host : hosts) {
      nodes.put(host, new Node(host, dir.resolve("run"), config, network.on(host)));
      disks.put(host, new DiskPath(host, image.file(), paths));
    }
  }

  Network network() {
    return network;
  }

  Node node(String host) {
    return nodes.get(host);
  }

  /** Returns where a node has the volume mounted. */
  Path mountpoint(String node) {
    return dir.resolve("on-" + node);
  }

  private Path journal(String node) {
    return dir.resolve("journal-" + node);
  }

  /** Mounts on all nodes. */
  void mountAll() throws IOException, InterruptedException {
    for (String host : nodes.keySet()) {
      remount(host);
    }
  }

  /** Mounts on one node, whatever became of its last mount. */
  void remount(String host) throws IOException, InterruptedException {
    disks.get(host).restore();
    nodes.get(host).mount(disks.get(host).volume(), mountpoint(host));
  }

  /** Mounts on all nodes and sets them to work. */
  void start() throws IOException, InterruptedException {
    mountAll();
    for (String host : nodes.keySet()) {
      work(host);
    }
  }

  private void work(String name) throws IOException {
    Process worker =
        new ProcessBuilder(
                "python3",
                Sh.script("chaos.py").toString(),
                "work",
                name,
                mountpoint(name).toString(),
                journal(name).toString(),
                String.valueOf(++seed))
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("worker-" + name + ".log").toFile())
            .start();
    workers.put(name, worker);
  }

  private void stopWorker(String name) throws IOException, InterruptedException {
    Process worker = workers.remove(name);
    if (worker != null) {
      worker.destroyForcibly();
      assertThat(worker.waitFor(MAX_WAIT_MS, TimeUnit.MILLISECONDS))
          .as("worker on %s can be killed", name)
          .isTrue();
    }
  }

  /** Lets one thing happen, to one node mostly, waits until all work again, and judges. */
  void round(int number, Fault fault, Random random) throws Exception {
    List<String> names = new ArrayList<>(nodes.keySet());
    Collections.shuffle(names, random);
    List<String> victims = names.subList(0, fault.victims());
    List<String> others = names.subList(fault.victims(), names.size());
    String what =
        name + " (" + stack.label() + ") round " + number + ": " + fault + " of " + victims;
    TimeUnit.MILLISECONDS.sleep(500 + random.nextInt(1500));
    Map<String, Long> before = lines();
    long start = System.nanoTime();
    inflict(fault, victims, random);
    for (String name : others) {
      awaitProgress(name, what);
    }
    long tookMs = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    log.add(
        what
            + ", all others go on after at most "
            + tookMs
            + " ms; longest wait "
            + slowest(before, others));
    System.out.println(log.get(log.size() - 1));
    if (fault.isDeadly()) {
      for (String victim : victims) {
        awaitEnd(victim, what);
        revive(victim);
      }
    }
    for (String victim : victims) {
      awaitProgress(victim, what);
    }
    boolean forget = (number + 1) % FORGET_AFTER == 0;
    judge(names.get(random.nextInt(names.size())), forget, what);
  }

  private void inflict(Fault fault, List<String> victims, Random random) throws Exception {
    String victim = victims.get(0);
    Node node = nodes.get(victim);
    switch (fault) {
      case KILL -> node.kill();
      case KILL_TWO -> {
        node.shoot();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(RECOVERY_MS));
        nodes.get(victims.get(1)).shoot();
      }
      case KILL_ALL -> {
        for (String each : victims) {
          nodes.get(each).shoot();
        }
      }
      case LONG_PAUSE -> {
        node.freeze(true);
        TimeUnit.MILLISECONDS.sleep(GIVEN_UP_MS);
        node.freeze(false);
      }
      case SHORT_PAUSE -> {
        node.freeze(true);
        TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(1500));
        node.freeze(false);
      }
      case LONG_CUT -> {
        network.cable(victim, false);
        TimeUnit.MILLISECONDS.sleep(GIVEN_UP_MS + 3_000);
        network.cable(victim, true);
      }
      case SHORT_CUT -> {
        network.cable(victim, false);
        TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(1000));
        network.cable(victim, true);
      }
      case LONG_STALL -> {
        disks.get(victim).stall(true);
        TimeUnit.MILLISECONDS.sleep(GIVEN_UP_MS);
      }
      case SHORT_STALL -> {
        disks.get(victim).stall(true);
        TimeUnit.MILLISECONDS.sleep(200 + random.nextInt(1500));
        disks.get(victim).stall(false);
      }
      case COMMON_STALL -> {
        disks.values().forEach(disk -> disk.stall(true));
        TimeUnit.MILLISECONDS.sleep(GIVEN_UP_MS);
        disks.values().forEach(disk -> disk.stall(false));
      }
      case RESTART -> {
        stopWorker(victim);
        node.stop();
        revive(victim);
      }
    }
  }

  /** The daemon has to end by itself. */
  void awaitEnd(String victim, String what) throws Exception {
    var daemon = nodes.get(victim).daemon();
    if (daemon.isPresent()) {
      try {
        daemon.get().onExit().get(MAX_WAIT_MS, TimeUnit.MILLISECONDS);
      } catch (java.util.concurrent.TimeoutException e) {
        throw new AssertionError(what + ": the daemon still runs", e);
      }
    }
  }

  private void revive(String name) throws IOException, InterruptedException {
    stopWorker(name);
    remount(name);
    work(name);
  }

  private Map<String, Long> lines() throws IOException {
    Map<String, Long> lines = new LinkedHashMap<>();
    for (String name : nodes.keySet()) {
      lines.put(name, count(name));
    }
    return lines;
  }

  private long count(String name) throws IOException {
    if (!Files.exists(journal(name))) {
      return 0;
    }
    try (var lines = Files.lines(journal(name))) {
      return lines.count();
    }
  }

  /** Waits until a worker has done something more than what it may have had in work. */
  private void awaitProgress(String name, String what) throws Exception {
    long from = count(name);
    long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(MAX_WAIT_MS);
    while (count(name) < from + 5) {
      if (!workers.get(name).isAlive()) {
        throw new AssertionError(what + ": worker on " + name + " ended: " + said(name));
      }
      assertThat(System.nanoTime()).as("%s: %s goes on in time", what, name).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private String said(String name) throws IOException {
    List<String> lines =
        Files.exists(journal(name)) ? Files.readAllLines(journal(name)) : List.of();
    String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
    return last + " " + Files.readString(dir.resolve("worker-" + name + ".log"));
  }

  /** Returns the longest step of those whom nothing happened to, since a moment. */
  private String slowest(Map<String, Long> before, List<String> others) throws IOException {
    long longest = 0;
    for (String name : others) {
      try (var lines = Files.lines(journal(name))) {
        longest =
            Math.max(
                longest,
                lines
                    .skip(before.get(name))
                    .filter(line -> line.startsWith("slow "))
                    .mapToLong(line -> Long.parseLong(line.split(" ")[2]))
                    .max()
                    .orElse(0));
      }
    }
    return longest + " ms";
  }

  /** All that was synced is there, as one node sees it; the disk is sound as it is now. */
  private void judge(String node, boolean forget, String what) throws Exception {
    for (String name : nodes.keySet()) {
      nodes.get(name).freeze(true);
    }
    try {
      image.snapshot();
    } finally {
      for (String name : nodes.keySet()) {
        nodes.get(name).freeze(false);
      }
    }
    image.assertSnapshotRecovers(what);
    for (String name : nodes.keySet()) {
      workers.get(name).destroyForcibly().waitFor();
    }
    List<String> command =
        new ArrayList<>(
            List.of(
                "python3",
                Sh.script("chaos.py").toString(),
                forget ? "check-and-forget" : "check",
                mountpoint(node).toString()));
    nodes.keySet().forEach(name -> command.add(journal(name).toString()));
    Sh.Result result = Sh.run(CHECK_LIMIT, Map.of(), command.toArray(String[]::new));
    assertThat(result.output()).as(what).contains("chaos ok");
    for (String name : nodes.keySet()) {
      work(name);
    }
  }

  /** Returns a line for each round. */
  String summary() {
    return String.join("\n", log);
  }

  /** Returns what is known of all nodes, for whoever has to find out why a test failed. */
  String evidence() throws IOException {
    StringBuilder evidence = new StringBuilder(summary());
    for (Node node : nodes.values()) {
      evidence.append(node.evidence());
    }
    return evidence.toString();
  }

  /** Stops everybody in good order; the volume is clean. */
  void stop() throws Exception {
    for (String name : List.copyOf(nodes.keySet())) {
      stopWorker(name);
      nodes.get(name).stop();
    }
    image.assertClean();
  }

  @Override
  public void close() throws IOException {
    workers.values().forEach(Process::destroyForcibly);
    for (Node node : nodes.values()) {
      node.close();
    }
    disks.values().forEach(DiskPath::close);
    image.close();
    network.close();
  }
}
