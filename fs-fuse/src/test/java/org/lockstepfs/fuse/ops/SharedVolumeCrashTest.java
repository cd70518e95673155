package org.lockstepfs.fuse.ops;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Nodes die in the middle of appends: the file system's own part in a node's death, without the
 * lock managers; see {@link CrashRounds}.
 *
 * <p>Property {@code lockstep.crash.rounds} says how often, {@code lockstep.crash.seed} when.
 */
class SharedVolumeCrashTest {
  private static final int ROUNDS = Integer.getInteger("lockstep.crash.rounds", 20);
  private static final long SEED = Long.getLong("lockstep.crash.seed", 1);
  private static final int LIMIT_S = 60 + 20 * ROUNDS;

  @TempDir Path dir;

  @Test
  void nothingThatWasSyncedIsLost() throws Exception {
    Path image = dir.resolve("image");
    try (RandomAccessFile f = new RandomAccessFile(image.toFile(), "rw")) {
      f.setLength(100 << 20);
    }
    run(
        "mkfs.ocfs2",
        "-q",
        "-x",
        "-F",
        "-N",
        "4",
        "-J",
        "size=4M",
        "--cluster-stack=pcmk",
        "--cluster-name=test",
        "--fs-features=noindexed-dirs,noxattr,norefcount",
        image.toString());
    run(java(image));
    assertThat(run("fsck.ocfs2", "-fn", image.toString())).contains("All passes succeeded");
  }

  private static String[] java(Path image) {
    List<String> command = new ArrayList<>();
    command.add(ProcessHandle.current().info().command().orElseThrow());
    ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
        .filter(flag -> flag.startsWith("--add-"))
        .forEach(command::add);
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(CrashRounds.class.getName(), image.toString(), "" + ROUNDS, "" + SEED));
    return command.toArray(String[]::new);
  }

  private String run(String... command) throws Exception {
    Path output = dir.resolve("output");
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    try {
      assertThat(process.waitFor(LIMIT_S, TimeUnit.SECONDS)).as("ends in time").isTrue();
    } finally {
      process.destroyForcibly();
    }
    String said = lastLines(output);
    assertThat(process.exitValue()).as("%s%n%s", Arrays.toString(command), said).isZero();
    return said;
  }

  /** The nodes that die have a lot to say about it. */
  private static String lastLines(Path output) throws Exception {
    List<String> lines = Files.readAllLines(output);
    return String.join("\n", lines.subList(Math.max(0, lines.size() - 200), lines.size()));
  }
}
