package org.lockstepfs.fuse.dlmglue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.lockstepfs.locks.script.Scripts;

/**
 * The race between a lock call that has not come back, its callbacks, and the downconvert thread
 * that would cancel it, in the language of {@link LockScript}.
 */
class PendingRaceTest {
  static List<Path> scripts() throws IOException {
    return Scripts.in("fuse/dlmglue/pending-race", 9);
  }

  @ParameterizedTest
  @MethodSource("scripts")
  void causesWhatItSays(Path file) throws IOException {
    Scripts.check(file, new LockScript()::run);
  }
}
