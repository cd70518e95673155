package org.lockstepfs.fuse.dlmglue;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The race between a lock call that has not come back, its callbacks, and the downconvert thread
 * that would cancel it: one script per rule, in the language of {@link LockScript}. {@code
 * -Dlockstep.rewriteTranscripts=true} writes what the commands cause into the sources, for review.
 */
class PendingRaceTest {
  private static final Path FOLDER =
      Path.of("src/test/resources/org/lockstepfs/fuse/dlmglue/pending-race");

  static List<Path> scripts() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void causesWhatItSays(Path file) throws IOException {
    String script = Files.readString(file);
    assertThat(script).startsWith("# Rule: ").contains("\n# Source: ");
    String replayed = LockScript.replay(script);
    if (Boolean.getBoolean("lockstep.rewriteTranscripts")) {
      Files.writeString(file, replayed);
    }
    assertThat(replayed).isEqualTo(script);
  }

  @Test
  void thereAreScripts() throws IOException {
    assertThat(scripts()).hasSizeGreaterThan(8);
  }
}
