package org.lockstepfs.fuse.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.lockstepfs.fuse.bench.Runner.Subject;

/** Locks and unlocks without contention. */
final class LockBench {
  static final String GROUP = "locks";
  private static final int PAIRS = 500_000;

  private final Runner runner;

  LockBench(Runner runner) {
    this.runner = runner;
  }

  void run(Path dir) throws IOException {
    Posix posix = new Posix();
    int fd = posix.open(dir.resolve("locked").toString(), Posix.CREATE);
    try {
      runner.measure(
          new Subject(GROUP, "fcntl lock + unlock", "pairs/s", 1),
          PAIRS,
          List.of(
              (calls, i) -> {
                calls.lockByte(fd, 0);
                calls.unlockByte(fd, 0);
              }));
      runner.measure(
          new Subject(GROUP, "flock lock + unlock", "pairs/s", 1),
          PAIRS,
          List.of(
              (calls, i) -> {
                calls.flock(fd, Posix.LOCK_EX);
                calls.flock(fd, Posix.LOCK_UN);
              }));
    } finally {
      posix.close(fd);
    }
  }
}
