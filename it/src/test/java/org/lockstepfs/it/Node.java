package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** One node: a daemon of its own, driven through the command line as a user does. */
final class Node implements AutoCloseable {
  static final Path LAUNCHER = Path.of("../bin/lockstep").toAbsolutePath().normalize();

  private static final int LOG_LINES = 40;

  /** How long a thread dump takes. */
  private static final long DUMP_NANOS = TimeUnit.SECONDS.toNanos(2);

  /** Most daemons here live for seconds, in which the second compiler only costs. */
  private static final String SHORT_LIVED = "-XX:TieredStopAtLevel=1";

  private final String name;
  private final Map<String, String> environment = new HashMap<>();
  private final List<String> prefix;
  private final Path rundir;
  private final List<Path> mounts = new ArrayList<>();

  /**
   * Makes a node; nothing is started before its first mount.
   *
   * @param config the cluster file, or null if it only mounts local volumes
   */
  Node(String name, Path rundir, Path config) {
    this(name, rundir, config, List.of());
  }

  /**
   * Makes a node on a host of its own.
   *
   * @param prefix words before every command that is to run there
   */
  Node(String name, Path rundir, Path config, List<String> prefix) {
    this.name = name;
    this.prefix = prefix;
    this.rundir = rundir;
    environment.put("LOCKSTEP_RUNDIR", rundir.toString());
    environment.put("LOCKSTEP_JAVA_OPTS", SHORT_LIVED);
    if (config != null) {
      environment.put("LOCKSTEP_CONFIG", config.toString());
    }
  }

  String name() {
    return name;
  }

  /** Runs {@code lockstep} with these arguments in the node's environment. */
  Sh.Result lockstep(String... arguments) {
    List<String> command = new ArrayList<>(prefix);
    command.add(LAUNCHER.toString());
    command.addAll(Arrays.asList(arguments));
    return Sh.run(Duration.ofSeconds(90), environment, command.toArray(String[]::new));
  }

  /** Mounts a device and fails the test if that does not work. */
  Path mount(String device, Path dir, String... options) throws IOException {
    if (!mounts.contains(dir)) {
      Files.createDirectories(dir);
      mounts.add(dir);
    }
    List<String> arguments = new ArrayList<>(List.of("mount", "--node", name));
    for (String option : options) {
      arguments.addAll(List.of("-o", option));
    }
    arguments.addAll(List.of(device, dir.toString()));
    lockstep(arguments.toArray(String[]::new)).ok();
    return dir;
  }

  /** Runs any command in the node's environment: mount(8) and its helpers need it. */
  Sh.Result run(String... command) {
    return Sh.run(Duration.ofSeconds(60), environment, command);
  }

  /** Tries to mount; a mount that comes about is undone at the end. */
  Sh.Result tryMount(String device, Path dir, String... options) {
    mounts.add(dir);
    List<String> command = new ArrayList<>(List.of("mount", "--node", name));
    for (String option : options) {
      command.addAll(List.of("-o", option));
    }
    command.addAll(List.of(device, dir.toString()));
    return lockstep(command.toArray(String[]::new));
  }

  /** Waits until no daemon runs; fails the test if one still does after the time. */
  void awaitGone(Duration limit) throws Exception {
    Optional<ProcessHandle> daemon = daemon();
    if (daemon.isPresent()) {
      daemon.get().onExit().get(limit.toMillis(), TimeUnit.MILLISECONDS);
    }
    assertThat(lockstep("status", "--node", name).output()).contains("no daemon runs");
  }

  /** Unmounts and fails the test if that does not work. */
  void umount(Path dir) {
    lockstep("umount", dir.toString()).ok();
    mounts.remove(dir);
  }

  /** Stops the daemon, which leaves every volume. */
  void stop() throws IOException {
    Sh.Result result = lockstep("stop", "--node", name);
    if (result.status() != 0) {
      throw new AssertionError("stop printed " + result.output() + evidence());
    }
    mounts.clear();
  }

  /** Returns what the daemon wrote last, and what its threads are doing if it runs. */
  String evidence() throws IOException {
    Path file = rundir.resolve(name).resolve("daemon.log");
    List<String> log = Files.readAllLines(file);
    Optional<ProcessHandle> daemon = daemon();
    String threads = "";
    if (daemon.isPresent() && daemon.get().isAlive()) {
      freeze(false);
      // The JVM writes the dump where the daemon logs.
      Sh.run("kill", "-QUIT", Long.toString(daemon.get().pid()));
      LockSupport.parkNanos(DUMP_NANOS);
      List<String> after = Files.readAllLines(file);
      threads = ThreadDump.essence(String.join("\n", after.subList(log.size(), after.size())));
    }
    return "%nnode %s:%n%s%n%s"
        .formatted(
            name,
            String.join("\n", log.subList(Math.max(0, log.size() - LOG_LINES), log.size())),
            threads);
  }

  /** Returns the process id of the daemon, if it runs. */
  Optional<ProcessHandle> daemon() throws IOException {
    Path pidFile = rundir.resolve(name).resolve("daemon.pid");
    if (!Files.exists(pidFile)) {
      return Optional.empty();
    }
    return ProcessHandle.of(Long.parseLong(Files.readString(pidFile).strip()));
  }

  /** Returns where the daemon mounts its control files. */
  Path controlFiles() {
    return rundir.resolve(name).resolve("ctl");
  }

  /** Kills the daemon at once and waits until the process is gone. */
  void kill() throws IOException {
    ProcessHandle daemon = shoot();
    daemon.onExit().join();
    assertThat(daemon.isAlive()).isFalse();
  }

  /** Kills the daemon and does not wait; returns what becomes of it. */
  ProcessHandle shoot() throws IOException {
    ProcessHandle daemon = daemon().orElseThrow();
    daemon.destroyForcibly();
    return daemon;
  }

  /** Starts the daemon as a child of the test, which sees how it ends. */
  Process startDaemon() throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.addAll(List.of(LAUNCHER.toString(), "daemon", "--node", name));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD);
    builder.environment().putAll(environment);
    return builder.start();
  }

  /** Stops the daemon's process, as a frozen machine does, or lets it go on. */
  void freeze(boolean frozen) throws IOException {
    String pid = Long.toString(daemon().orElseThrow().pid());
    Sh.run("kill", frozen ? "-STOP" : "-CONT", pid).ok();
  }

  /** Leaves nothing behind, whatever state the test ended in. */
  @Override
  public void close() throws IOException {
    Optional<ProcessHandle> daemon = daemon();
    if (daemon.isPresent() && daemon.get().isAlive()) {
      freeze(false);
      lockstep("stop", "--node", name);
    }
    if (daemon.isPresent() && daemon.get().isAlive()) {
      daemon.get().destroyForcibly();
      daemon.get().onExit().join();
    }
    for (Path dir : mounts) {
      Sh.run("umount", "--lazy", dir.toString());
    }
    // One that was killed leaves them.
    Sh.run("umount", "--lazy", controlFiles().toString());
  }
}
