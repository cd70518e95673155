package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Byte-range locks of a mount on the user stack whose table another program keeps. */
@Timeout(120)
class PlockDaemonIT {
  private static final String CLUSTER = "plocks";

  @TempDir private static Path dir;
  private static Image image;
  private static Node node;
  private static Path mount;

  @BeforeAll
  static void mount() throws IOException {
    image = Image.create(dir, 128);
    image.mkfsLockstep(
        "--cluster-stack=pcmk", "--cluster-name=" + CLUSTER, "-N", "2", "-J", "size=4M");
    Path config = ClusterFile.write(dir, Stack.PCMK, CLUSTER, "one");
    String text = Files.readString(config);
    Files.writeString(
        config,
        text.replace("cluster_stack = pcmk\n", "cluster_stack = pcmk\n\tplock = external\n"));
    node = new Node("one", dir.resolve("run"), config);
    mount = node.mount(image.device(), dir.resolve("mount"));
  }

  @AfterAll
  static void unmount() throws IOException {
    try (Image used = image;
        Node last = node) {
      last.umount(mount);
      used.assertClean();
    }
  }

  private Process plockDaemon(Path log) throws Exception {
    Path socket = dir.resolve("run/one/dlm_plock");
    Process daemon =
        new ProcessBuilder(
                "python3", Sh.script("plockd.py").toString(), socket.toString(), log.toString())
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("plockd.out").toFile())
            .start();
    await(log, "connected");
    return daemon;
  }

  private static void await(Path log, String line) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
    while (!Files.exists(log) || !Files.readAllLines(log).contains(line)) {
      assertThat(System.nanoTime()).as("%s: no '%s'", log, line).isLessThan(end);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private static void end(Process daemon) throws Exception {
    daemon.destroyForcibly();
    assertThat(daemon.waitFor(10, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void processesLockThroughTheDaemon() throws Exception {
    Path log = dir.resolve("first.log");
    Process daemon = plockDaemon(log);
    try {
      String said =
          Sh.run(
                  "python3",
                  Sh.script("plocks.py").toString(),
                  mount.resolve("file").toString(),
                  log.toString())
              .output();
      assertThat(said).isEqualTo("plocks ok\n");
    } finally {
      end(daemon);
    }
  }

  /** A lock that was held, and a request that nobody served, go on with the next daemon. */
  @Test
  void aDaemonThatWritesWrongSizesIsReplaced() throws Exception {
    Path log = dir.resolve("wrong.log");
    Path next = dir.resolve("next.log");
    String file = mount.resolve("file").toString();
    Process daemon = plockDaemon(log);
    Process holder = null;
    Process waiter = null;
    try {
      holder = lock(file);
      await(log, "answer 0 to LOCK ex=1 wait=1 flags=0 0-9");
      daemon.getOutputStream().write("short\n".getBytes(StandardCharsets.US_ASCII));
      daemon.getOutputStream().flush();
      await(log, "disconnected");
      assertThat(Files.readString(dir.resolve("run/one/daemon.log")))
          .contains("EINVAL: the plock daemon wrote 10 bytes, not one record of 64");
      waiter = lock(file);
      end(daemon);
      daemon = plockDaemon(next);
      await(next, "answer 0 to LOCK ex=1 wait=0 flags=0 0-9");
      await(next, "read LOCK ex=1 wait=1 flags=0 0-9");
      assertThat(waiter.isAlive()).isTrue();
      end(holder);
      await(next, "answer 0 to LOCK ex=1 wait=1 flags=0 0-9");
    } finally {
      for (Process process : new Process[] {waiter, holder, daemon}) {
        if (process != null) {
          end(process);
        }
      }
    }
  }

  /** Returns a process that locks ten bytes and holds them until it is killed. */
  private static Process lock(String file) throws IOException {
    String program =
        "import fcntl, sys, time; f = open(sys.argv[1], 'a+b'); fcntl.lockf(f, fcntl.LOCK_EX, 10);"
            + " time.sleep(60)";
    return new ProcessBuilder(List.of("python3", "-c", program, file)).start();
  }
}
