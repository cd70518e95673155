package org.lockstepfs.locks.fsdlm;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.script.Scripts;

/** Message by message, in the language of {@link Transcript}. */
class TranscriptTest {
  static List<Path> transcripts() throws IOException {
    return Scripts.in("locks/fsdlm/transcripts", 35);
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void causesWhatItSays(Path file) throws IOException {
    Scripts.check(file, new Transcript()::run);
  }
}
