package org.lockstepfs.locks.fsdlm;

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
 * Replays the transcripts, one file per rule: each opens with the fault that it guards against, and
 * what its commands cause must be what it says. {@code -Dlockstep.rewriteTranscripts=true} writes
 * what they cause into the sources, for review.
 */
class TranscriptTest {
  private static final Path FOLDER =
      Path.of("src/test/resources/org/lockstepfs/locks/fsdlm/transcripts");

  static List<Path> transcripts() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void causesWhatItSays(Path file) throws IOException {
    String script = Files.readString(file);
    assertThat(script).startsWith("# Fault: ").contains("# Source: ");
    String replayed = Transcript.replay(script);
    if (Boolean.getBoolean("lockstep.rewriteTranscripts")) {
      Files.writeString(file, replayed);
    }
    assertThat(replayed).isEqualTo(script);
  }

  @Test
  void thereAreTranscripts() throws IOException {
    assertThat(transcripts()).hasSizeGreaterThan(25);
  }
}
