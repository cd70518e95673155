package org.lockstepfs.blockdev.mkfs;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is left open is settled as {@code mkfs.ocfs2 --dry-run} says. */
class PlannerTest {
  @TempDir Path dir;

  @BeforeAll
  static void toolsAreInstalled() {
    assumeTrue(Tool.installed(), "ocfs2-tools");
  }

  @ParameterizedTest
  @CsvSource({
    "2M,    '-N 1'",
    "3M,    ''",
    "4M,    ''",
    "30M,   ''",
    "100M,  '-M local'",
    "100M,  '-b 512 -C 512K'",
    "100M,  '-b 4096 -C 1M -N 1'",
    "100M,  '-b 1024 -C 512K -M local'",
    "100M,  '-b 2048 -J size=10M'",
    "200M,  '-b 2048 -C 1M -N 2 -J size=15000000'",
    "511M,  ''",
    "512M,  ''",
    "1023M, ''",
    "1G,    ''",
    "2G,    '-b 512'",
    "2G,    ''",
    "10G,   ''",
    "10G,   '-C 128K -N 3'",
    "10G,   '-b 1024 -N 32'",
    "100G,  ''",
    "1023G, ''",
    "1T,    '-b 2048'",
    "2T,    ''",
    "15T,   ''",
    "300M,  '-b 4096 --fs-features=nosparse,noinline-data'",
    "300M,  '-b 4096 --fs-features=nounwritten,nobackup-super,noextended-slotmap,local'",
    "300M,  '-M cluster --fs-features=local'",
  })
  void planEqualsTheReference(String size, String options) throws IOException {
    Path image = dir.resolve("image");
    long bytes = Sizes.parse("size", size);
    try (FileDevice device = FileDevice.create(image, bytes, 512)) {
      VolumePlan plan = mkfs().plan(device, parse(options).build());
      assertThat(withoutFeatures(plan.summary())).isEqualTo(reference(image, options));
    }
  }

  /** The reference plans 2 MiB here, and then refuses to make so small a journal. */
  @Test
  void journalIsNeverSmallerThanTheKernelAccepts() throws IOException {
    try (FileDevice device = FileDevice.create(dir.resolve("image"), 100 << 20, 512)) {
      VolumePlan plan = mkfs().plan(device, parse("-b 512").build());
      assertThat(plan.journalSize()).isEqualTo(4 << 20);
    }
  }

  private static Mkfs mkfs() {
    return new Mkfs(new SplittableRandom(1), Instant::now, Occupants.ofSystem());
  }

  /** The reference needs to be told which features are not written here. */
  private static String reference(Path image, String options) {
    List<String> arguments = new ArrayList<>(List.of("-x", "-n"));
    String features = "--fs-features=noindexed-dirs,noxattr,norefcount";
    for (String argument : options.split(" ")) {
      if (argument.startsWith("--fs-features=")) {
        features += "," + argument.substring(argument.indexOf('=') + 1);
      } else if (!argument.isEmpty()) {
        arguments.add(argument);
      }
    }
    arguments.add(features);
    arguments.add(image.toString());
    Tool tool = Tool.run("mkfs.ocfs2", arguments);
    String output = tool.output();
    assertThat(output).contains("Label:");
    return withoutFeatures(output.substring(output.indexOf("Label:")));
  }

  /** The tools forget "local" here when it came by -M; MkfsGridTest compares the features. */
  private static String withoutFeatures(String summary) {
    return summary.lines().filter(line -> !line.startsWith("Features:")).collect(joining("\n"));
  }

  private static MkfsOptions.Builder parse(String options) throws IOException {
    MkfsOptions.Builder builder = MkfsOptions.builder();
    String[] words = options.split(" ");
    for (int i = 0; i < words.length; i++) {
      switch (words[i]) {
        case "-b" -> builder.blockSize(words[++i]);
        case "-C" -> builder.clusterSize(words[++i]);
        case "-N" -> builder.slots(Integer.parseInt(words[++i]));
        case "-J" -> builder.journalOptions(words[++i]);
        case "-M" -> builder.mountType(words[++i]);
        default -> {
          if (words[i].startsWith("--fs-features=")) {
            builder.features(words[i].substring(words[i].indexOf('=') + 1));
          }
        }
      }
    }
    return builder;
  }
}
