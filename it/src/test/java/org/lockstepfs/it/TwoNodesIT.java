package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Two daemons on one loop device behave as one machine would. */
@ParameterizedClass
@EnumSource(Stack.class)
@Timeout(240)
class TwoNodesIT {
  @Parameter Stack stack;
  @TempDir static Path dir;

  private static Pair pair;
  private static Path onA;
  private static Path onB;

  @BeforeParameterizedClassInvocation
  static void mountOnBoth(Stack stack) throws IOException {
    pair = new Pair(dir, stack);
    onA = pair.onA();
    onB = pair.onB();
  }

  @AfterParameterizedClassInvocation
  static void leaveAndCheck() throws IOException {
    try (Pair left = pair) {
      left.leaveAndCheck();
    }
  }

  private static Sh.Result python(int limitSeconds, String script, String... arguments) {
    List<String> command =
        new java.util.ArrayList<>(List.of("python3", Sh.script(script).toString()));
    command.addAll(List.of(arguments));
    return Sh.run(Duration.ofSeconds(limitSeconds), Map.of(), command.toArray(String[]::new));
  }

  @Test
  void locksOfRealProcessesCross() {
    Sh.Result result = python(200, "locktests.py", onA.toString(), onB.toString());
    assertThat(result.output()).contains(" 0 failed").doesNotContain("FAIL");
  }

  @Test
  void operationsFromBothSidesBehaveAsTmpfs() throws IOException {
    Path reference = Files.createDirectory(pair.dir().resolve("reference"));
    Sh.run("mount", "-t", "tmpfs", "reference", reference.toString()).ok();
    try {
      Path tree = Files.createDirectory(onA.resolve("tree"));
      Sh.Result result =
          python(
              180,
              "mirror.py",
              "7",
              "400",
              "4096",
              tree.toString(),
              reference.toString(),
              onB.resolve("tree").toString());
      assertThat(result.output()).contains("mirror ok");
    } finally {
      Sh.run("umount", reference.toString());
    }
  }

  /** Fault: the kernel goes on believing what the other node has changed. */
  @Test
  void cachedAttributesNeverOutliveAChange() {
    Sh.Result result = python(100, "attributes.py", onA.toString(), onB.toString(), "300");
    assertThat(result.output()).contains("attributes ok");
  }

  @Test
  void appendsInterleaveAndLoseNothing() throws IOException {
    String loop = "for i in $(seq 150); do echo \"$1 $i\" >> \"$2\"; done";
    Sh.run(
            "bash",
            "-c",
            "set -e; f() { " + loop + "; }; f A " + onA + "/log & f B " + onB + "/log; wait")
        .ok();
    assertThat(Files.readAllLines(onA.resolve("log"))).hasSize(300).doesNotHaveDuplicates();
    assertThat(Files.readAllLines(onB.resolve("log"))).hasSize(300);
  }

  @Test
  void unlinkedFileLivesOnWhereItIsOpen() throws IOException {
    Files.writeString(onA.resolve("file"), "still here");
    try (var open = Files.newInputStream(onB.resolve("file"))) {
      Files.delete(onA.resolve("file"));
      assertThat(onB.resolve("file")).doesNotExist();
      assertThat(new String(open.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
          .isEqualTo("still here");
    }
  }

  @Test
  void pingPongSeesEveryIncrement() throws IOException {
    String file = "ping-pong";
    Files.createFile(onA.resolve(file));
    Sh.run(
            "bash",
            "-c",
            "cd "
                + pair.dir()
                + "; timeout 12 ping_pong -rw on-a/ping-pong 3 > a.out 2>&1 & "
                + "sleep 1; timeout 10 ping_pong -rw on-b/ping-pong 3 > b.out 2>&1; wait; true")
        .ok();
    assertThat(Files.readString(pair.dir().resolve("a.out"))).contains("data increment = 2");
    assertThat(Files.readString(pair.dir().resolve("b.out"))).contains("data increment = 2");
  }

  @Test
  void sqliteWritersKeepAllRows() throws IOException {
    Path onNodeA = onA.resolve("db");
    Path onNodeB = onB.resolve("db");
    sqlite(onNodeA, "PRAGMA journal_mode=DELETE; CREATE TABLE t(who TEXT, n INTEGER);").ok();
    String insert =
        "for i in $(seq 25); do sqlite3 -cmd '.timeout 30000' \"$2\" "
            + "\"INSERT INTO t VALUES('$1',$i);\" || exit 1; done";
    Sh.run(
            Duration.ofSeconds(150),
            Map.of(),
            "bash",
            "-c",
            "f() { "
                + insert
                + "; }; (f A "
                + onNodeA
                + ") & first=$!; (f B "
                + onNodeB
                + ") && wait $first")
        .ok();
    assertThat(sqlite(onNodeB, "SELECT count(*) FROM t; PRAGMA integrity_check;").ok().output())
        .isEqualTo("50\nok\n");
  }

  private static Sh.Result sqlite(Path database, String sql) {
    return Sh.run("sqlite3", database.toString(), sql);
  }
}
