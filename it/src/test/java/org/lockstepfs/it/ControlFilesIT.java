package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A shell on the control files and on dlmfs. */
@Timeout(180)
class ControlFilesIT {
  private static final String BUSY = "Device or resource busy";

  @TempDir Path dir;

  /** They come up beside the daemon. */
  private static Path controlFiles(Node node) throws Exception {
    Path files = node.controlFiles();
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (!Files.exists(files.resolve("cluster_stack"))) {
      assertThat(System.nanoTime()).as("%s is mounted in time", files).isLessThan(deadline);
      TimeUnit.MILLISECONDS.sleep(50);
    }
    return files;
  }

  @SuppressWarnings("AnnotateFormatMethod")
  private static Sh.Result shell(String script, Object... arguments) {
    return Sh.run("bash", "-c", String.format(script, arguments));
  }

  private static String cat(Path file) {
    return Sh.run("cat", file.toString()).ok().output();
  }

  private static void assertFails(Sh.Result result, String... reasons) {
    assertThat(result.status()).as(result.output()).isNotZero();
    assertThat(result.output()).contains(reasons);
  }

  @ParameterizedTest
  @EnumSource(Stack.class)
  void shellSessionOnTwoNodes(Stack stack) throws Exception {
    try (Pair pair = new Pair(dir, stack)) {
      Path onA = controlFiles(pair.a());
      Path onB = controlFiles(pair.b());
      Stack other = stack == Stack.O2CB ? Stack.PCMK : Stack.O2CB;
      showsWhatIsMounted(stack, pair, onA);
      refusesToChangeWhileMounted(stack, other, pair.a(), onA);
      locksCross(onA, onB);
      heartbeatGoesOnWhileALockDomainNeedsIt(other, pair, onA);
      changesAfterTheUnmount(other, pair.a(), onA);
      pair.b().umount(pair.onB());
      pair.image().assertClean();
    }
  }

  private static void showsWhatIsMounted(Stack stack, Pair pair, Path files) throws IOException {
    String plugin = stack == Stack.O2CB ? "o2cb\n" : "user\n";
    assertThat(cat(files.resolve("cluster_stack"))).isEqualTo(stack.label() + "\n");
    assertThat(cat(files.resolve("active_cluster_plugin"))).isEqualTo(plugin);
    assertThat(cat(files.resolve("loaded_cluster_plugins"))).isEqualTo(plugin);
    assertThat(cat(files.resolve("locking_protocol"))).isEqualTo("1.0\n");
    assertThat(cat(files.resolve("max_locking_protocol"))).isEqualTo("1.0\n");
    assertThat(cat(files.resolve("node/a/local"))).isEqualTo("1\n");
    assertThat(cat(files.resolve("node/b/local"))).isEqualTo("0\n");
    try (Stream<Path> entries = Files.list(files.resolve("heartbeat"))) {
      List<Path> regions = entries.filter(Files::isDirectory).toList();
      assertThat(regions).hasSize(1);
      assertThat(cat(regions.get(0).resolve("dev"))).isEqualTo(pair.image().device() + "\n");
      assertThat(cat(regions.get(0).resolve("references"))).isEqualTo("1\n");
    }
  }

  private static void refusesToChangeWhileMounted(Stack stack, Stack other, Node node, Path files) {
    assertFails(shell("echo %s > %s/cluster_stack", other.label(), files), BUSY);
    assertFails(
        node.lockstep("stack", "set", "--node", node.name(), other.label()),
        "'" + stack.label() + "' to '" + other.label() + "'",
        "unmount");
    assertThat(cat(files.resolve("cluster_stack"))).isEqualTo(stack.label() + "\n");
  }

  private static void locksCross(Path onA, Path onB) {
    Sh.Result result =
        Sh.run(
            Duration.ofSeconds(60),
            Map.of(),
            "bash",
            Sh.script("dlmfs.sh").toString(),
            onA.toString(),
            onB.toString());
    assertThat(result.output()).contains("dlmfs ok");
  }

  /** Fault: a lock domain outlives the heartbeat by which the other nodes know that we live. */
  private static void heartbeatGoesOnWhileALockDomainNeedsIt(Stack other, Pair pair, Path files) {
    shell("mkdir %1$s/dlm/domain && : > %1$s/dlm/domain/lock", files).ok();
    Sh.run("umount", "--internal-only", pair.onA().toString()).ok();
    assertFails(shell("echo %s > %s/cluster_stack", other.label(), files), BUSY);
    assertThat(shell("cat %s/heartbeat/*/references", files).ok().output()).isEqualTo("2\n");
    String leave = "until rm %1$s/dlm/domain/lock; do sleep 0.1; done; rmdir %1$s/dlm/domain";
    shell(leave, files).ok();
    shell("until echo %s > %s/cluster_stack; do sleep 0.1; done", other.label(), files).ok();
  }

  private static void changesAfterTheUnmount(Stack other, Node node, Path files) {
    assertFails(shell("echo o2 > %s/cluster_stack", files), "Invalid argument");
    assertThat(cat(files.resolve("cluster_stack"))).isEqualTo(other.label() + "\n");
    assertThat(cat(files.resolve("active_cluster_plugin"))).isEmpty();
    assertThat(node.lockstep("stack", "get", "--node", node.name()).ok().output())
        .isEqualTo(other.label() + "\n");
    assertFails(shell("mkdir %s/dlm/domain", files), "Transport endpoint is not connected");
  }

  /** Fault: what a killed daemon leaves mounted keeps the next one from starting. */
  @Test
  void theMountComesAndGoesWithTheDaemon() throws Exception {
    try (Node node = new Node("lone", dir.resolve("run"), null)) {
      Process first = node.startDaemon();
      controlFiles(node);
      node.kill();
      assertThat(first.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertFails(Sh.run("ls", node.controlFiles().toString()), "not connected");
      Process second = node.startDaemon();
      assertThat(cat(controlFiles(node).resolve("cluster_stack"))).isEqualTo("o2cb\n");
      node.stop();
      assertThat(second.waitFor(10, TimeUnit.SECONDS)).isTrue();
      assertThat(node.controlFiles()).isEmptyDirectory();
    }
  }
}
