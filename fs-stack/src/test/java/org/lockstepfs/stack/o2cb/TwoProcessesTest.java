package org.lockstepfs.stack.o2cb;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.Timeout.ThreadMode;
import org.junit.jupiter.api.io.TempDir;
import org.lockstepfs.stack.TestCluster;

/** Two nodes as two processes, with the default timing and Hazelcast. */
@Timeout(value = 90, threadMode = ThreadMode.SEPARATE_THREAD)
class TwoProcessesTest {
  private static final long HAMMERED = 200 * 4096;

  @TempDir Path dir;
  private final List<Child> children = new ArrayList<>();

  private final class Child {
    final Process process;
    final BufferedReader out;
    final PrintStream in;

    Child(Path config, String name, Path image) throws IOException {
      process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xmx256m",
                  "--add-opens=java.base/java.nio=ALL-UNNAMED",
                  "-cp",
                  System.getProperty("java.class.path"),
                  NodeProcess.class.getName(),
                  config.toString(),
                  name,
                  image.toString())
              .redirectError(new File(dir.toFile(), name + ".err"))
              .start();
      out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      in = new PrintStream(process.getOutputStream(), true, StandardCharsets.UTF_8);
      children.add(this);
    }

    void tell(String line) {
      in.println(line);
    }

    String answer() throws IOException {
      return out.readLine();
    }

    String ask(String line) throws IOException {
      tell(line);
      return answer();
    }
  }

  @AfterEach
  void kill() throws InterruptedException {
    for (Child child : children) {
      child.process.destroyForcibly().waitFor();
    }
  }

  @Test
  void joinContendLeaveReturnDieAndGoOn() throws Exception {
    Path image = dir.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(1 << 20);
    }
    Path config = TestCluster.write(TestCluster.of(2), dir.resolve("cluster.conf"));
    long begun = System.nanoTime();
    Child a = new Child(config, "n1", image);
    assertThat(a.answer()).startsWith("joined ");
    long first = millisSince(begun);
    begun = System.nanoTime();
    Child b = new Child(config, "n2", image);
    assertThat(b.answer()).startsWith("joined ");
    long second = millisSince(begun);
    assertThat(a.ask("members")).isEqualTo("[1, 2]");

    a.tell("contend 5 6000");
    String onB = b.ask("contend 5 6000");
    String onA = a.answer();
    System.out.printf(
        "processes: first joined after %d ms, second after %d ms; step of ping_pong: %s us, %s us%n",
        first, second, onA, onB);

    assertThat(b.ask("lock M1 EX")).isEqualTo("ast");
    assertThat(b.ask("unlock")).isEqualTo("unlocked");
    assertThat(b.ask("leave")).isEqualTo("left");
    assertThat(a.ask("members")).isEqualTo("[1]");
    Child again = new Child(config, "n2", image);
    assertThat(again.answer()).startsWith("joined ");
    assertThat(a.ask("members")).isEqualTo("[1, 2]");

    assertThat(a.ask("lock M2 EX")).isEqualTo("ast");
    assertThat(a.ask("unlock")).isEqualTo("unlocked");
    assertThat(again.ask("lock M2 EX")).isEqualTo("ast");
    assertThat(again.ask("plock 9")).isEqualTo("ok");
    begun = System.nanoTime();
    again.process.destroyForcibly().waitFor();
    assertThat(a.ask("lock M2 EX")).isEqualTo("ast");
    long lockFreed = millisSince(begun);
    assertThat(a.ask("plock 9")).isEqualTo("ok");
    long plockFreed = millisSince(begun);
    System.out.printf("killed: lock free after %d ms, plock after %d ms%n", lockFreed, plockFreed);
    assertThat(lockFreed).isLessThan(5_000);
    assertThat(a.ask("unlock")).isEqualTo("unlocked");
    assertThat(a.ask("leave")).isEqualTo("left");
  }

  /** A pause longer than the deadline, as by a frozen virtual machine. */
  @Test
  void aNodeThatWasStoppedPastItsDeadlineWritesNoMoreAndExits() throws Exception {
    Path image = dir.resolve("image");
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
      file.setLength(1 << 20);
    }
    Path config = TestCluster.write(TestCluster.of(2), dir.resolve("cluster.conf"));
    Child a = new Child(config, "n1", image);
    assertThat(a.answer()).startsWith("joined ");
    Child b = new Child(config, "n2", image);
    assertThat(b.answer()).startsWith("joined ");
    assertThat(b.ask("lock M3 EX")).isEqualTo("ast");
    assertThat(b.ask("hammer " + HAMMERED)).isEqualTo("hammering");
    signal("STOP", b.process);
    try {
      long begun = System.nanoTime();
      assertThat(a.ask("lock M3 EX")).isEqualTo("ast");
      System.out.printf("stopped: lock free after %d ms%n", millisSince(begun));
      assertThat(millisSince(begun)).as("not before its deadline").isGreaterThan(4_900);
      long written = hammered(image);
      assertThat(written).isPositive();
      signal("CONT", b.process);
      begun = System.nanoTime();
      List<String> said = List.of(b.answer(), b.answer());
      assertThat(said).anyMatch(line -> line.startsWith("fenced: no heartbeat on "));
      assertThat(said).anyMatch(line -> line.startsWith("refused, fenced: no heartbeat on "));
      assertThat(b.process.waitFor()).isEqualTo(NodeProcess.FENCED);
      System.out.printf("continued: exits after %d ms%n", millisSince(begun));
      assertThat(hammered(image)).isEqualTo(written);
    } finally {
      signal("CONT", b.process);
    }
  }

  private static void signal(String name, Process process) throws Exception {
    new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
  }

  private static long hammered(Path image) throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "r")) {
      file.seek(HAMMERED);
      return file.readLong();
    }
  }

  private static long millisSince(long nanos) {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
  }
}
