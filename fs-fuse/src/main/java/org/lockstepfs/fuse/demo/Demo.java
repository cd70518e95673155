package org.lockstepfs.fuse.demo;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.lockstepfs.fuse.control.Messages.MemberStatus;

/**
 * The story: format, join, share a file, share locks, leave, check. Stops at the first thing that
 * is not as it has to be.
 */
public final class Demo {
  private static final int BULK_BYTES = 8 << 20;
  private static final long MEMBERS_TIMEOUT_MS = 20_000;
  private static final long BLOCKED_MS = 500;
  private static final String FILE = "notes.txt";
  private static final String AGAIN = "EAGAIN";
  private static final String OK = "ok";

  private final Stage stage;
  private final PrintStream out;
  private int step;

  private Demo(Stage stage, PrintStream out) {
    this.stage = stage;
    this.out = out;
  }

  /**
   * Runs the demo; cleans up on its end, be it failure or a signal.
   *
   * @param launcher path of bin/lockstep
   * @param stack label of the cluster's stack
   * @throws IOException saying what was not as it has to be
   */
  public static void run(String launcher, String stack, PrintStream out) throws IOException {
    Stage stage = new Stage(launcher, stack);
    Thread hook = new Thread(() -> takeDown(stage, out), "clean-up");
    Runtime.getRuntime().addShutdownHook(hook);
    try (stage) {
      new Demo(stage, out).play();
    }
    Runtime.getRuntime().removeShutdownHook(hook);
  }

  private static void takeDown(Stage stage, PrintStream out) {
    try {
      stage.close();
    } catch (IOException e) {
      out.println("cleaning up: " + e.getMessage());
    }
  }

  private void play() throws IOException {
    format();
    join();
    shareData();
    shareByteRangeLocks();
    shareFlock();
    leave();
    check();
    out.println("\nAll as it should be.");
  }

  private void step(String title) {
    out.println("\n" + ++step + ". " + title);
  }

  private void say(String line) {
    out.println("   " + line);
  }

  private void expect(String what, String expected, String seen) throws IOException {
    if (!expected.equals(seen)) {
      throw new IOException(what + ": expected " + expected + ", saw " + seen);
    }
    say(String.format("%-58s %s", what, seen));
  }

  private void format() throws IOException {
    String device = stage.disk().device();
    step("Format " + device + (stage.disk().isLoop() ? " (a loop device)" : " (an image file)"));
    String said =
        stage
            .a()
            .lockstep(
                "mkfs",
                "--force",
                "-L",
                "demo",
                "-N",
                "4",
                "-J",
                "size=16M",
                "--cluster-stack=" + stage.stack(),
                "--cluster-name=" + stage.cluster(),
                device);
    said.lines().forEach(this::say);
  }

  private void join() throws IOException {
    step("Mount it on two nodes");
    for (DemoNode node : List.of(stage.a(), stage.b())) {
      node.mount(stage.disk().device());
      say("node " + node.name() + " mounted it on " + node.dir());
    }
    for (DemoNode node : List.of(stage.a(), stage.b())) {
      List<MemberStatus> members = members(node);
      say("node " + node.name() + " sees the members " + names(members));
    }
  }

  private static List<MemberStatus> members(DemoNode node) throws IOException {
    long deadline = System.nanoTime() + MEMBERS_TIMEOUT_MS * 1_000_000;
    List<MemberStatus> members = node.status().members();
    while (members.size() != 2) {
      if (System.nanoTime() - deadline > 0) {
        throw new IOException("node " + node.name() + " sees the members " + names(members));
      }
      members = node.status().members();
    }
    return members;
  }

  private static String names(List<MemberStatus> members) {
    return String.join(
        ", ", members.stream().map(m -> m.name() + " (" + m.address() + ")").toList());
  }

  private void shareData() throws IOException {
    step("Files written on one node are read on the other");
    Path onA = stage.a().dir().resolve(FILE);
    Path onB = stage.b().dir().resolve(FILE);
    Files.writeString(onA, "written on A\n");
    expect("B reads " + FILE, "written on A", Files.readString(onB).strip());
    Files.writeString(onB, "appended on B\n", StandardOpenOption.APPEND);
    expect(
        "A reads it after B appended a line",
        "written on A; appended on B",
        String.join("; ", Files.readAllLines(onA)));
    byte[] bulk = new byte[BULK_BYTES];
    new Random(1).nextBytes(bulk);
    Files.createDirectory(stage.a().dir().resolve("dir"));
    Files.write(stage.a().dir().resolve("dir/bulk"), bulk);
    byte[] seen = Files.readAllBytes(stage.b().dir().resolve("dir/bulk"));
    expect(
        "B reads 8 MiB that A wrote", "equal", Arrays.equals(bulk, seen) ? "equal" : "different");
    Files.move(stage.b().dir().resolve("dir/bulk"), stage.b().dir().resolve("moved"));
    boolean moved =
        Files.exists(stage.a().dir().resolve("moved"))
            && !Files.exists(stage.a().dir().resolve("dir/bulk"));
    expect("A sees the file under its new name after B's rename", "yes", moved ? "yes" : "no");
  }

  private void shareByteRangeLocks() throws IOException {
    step("Byte-range locks (fcntl) hold across nodes");
    try (Locker a = stage.locker(stage.a(), FILE);
        Locker b = stage.locker(stage.b(), FILE)) {
      expect("A: F_SETLK write, 10 bytes from 100", OK, a.call("setlk write 100 10"));
      expect("B: F_GETLK on bytes 0..999", "write 100 10", b.call("getlk write 0 1000"));
      expect("B: F_SETLK write, the same bytes", AGAIN, b.call("setlk write 100 10"));
      expect("B: F_SETLK write, 10 bytes from 200", OK, b.call("setlk write 200 10"));
      b.begin("setlkw write 105 1");
      expect("B: F_SETLKW write, byte 105", "blocked", blocked(b));
      expect("A: unlocks", OK, a.call("setlk none 100 10"));
      expect("B: its F_SETLKW", OK, b.await());
      expect("A: F_GETLK on bytes 0..150", "write 105 1", a.call("getlk read 0 150"));
    }
  }

  private void shareFlock() throws IOException {
    step("Whole-file locks (flock) hold across nodes");
    try (Locker a = stage.locker(stage.a(), FILE);
        Locker b = stage.locker(stage.b(), FILE)) {
      expect("A: LOCK_EX", OK, a.call("flock exclusive"));
      expect("B: LOCK_SH | LOCK_NB", AGAIN, b.call("flock shared"));
      b.begin("flock exclusive wait");
      expect("B: LOCK_EX", "blocked", blocked(b));
      expect("A: LOCK_UN", OK, a.call("flock none"));
      expect("B: its LOCK_EX", OK, b.await());
      expect("A: LOCK_SH | LOCK_NB", AGAIN, a.call("flock shared"));
    }
  }

  private static String blocked(Locker locker) throws IOException {
    String answer = locker.await(BLOCKED_MS);
    return answer == null ? "blocked" : answer;
  }

  private void leave() throws IOException {
    step("Unmount, and stop the daemons");
    for (DemoNode node : List.of(stage.a(), stage.b())) {
      node.umount();
      node.stop();
      say("node " + node.name() + " has left the volume and the cluster");
    }
  }

  private void check() throws IOException {
    step("fsck.ocfs2 -fn " + stage.disk().device());
    Tool fsck = Tool.run(Map.of(), List.of("fsck.ocfs2", "-fn", stage.disk().device()));
    fsck.output().lines().forEach(this::say);
    if (fsck.status() != 0 || !fsck.output().contains("All passes succeeded")) {
      throw new IOException("fsck.ocfs2 exited with " + fsck.status());
    }
  }
}
