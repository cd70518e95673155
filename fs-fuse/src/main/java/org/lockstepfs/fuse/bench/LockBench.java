package org.lockstepfs.fuse.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.lockstepfs.fuse.bench.Runner.Subject;

/** Locks and unlocks one lock again and again, new locks, and what the file system locks itself. */
final class LockBench {
  static final String GROUP = "locks";
  private static final int PAIRS = 500_000;
  private static final int NEW_LOCKS = 10_000;

  /** Most of the time goes into the files, which are not what is measured. */
  private static final int NEW_LOCKS_BUDGETS = 5;

  private static final int CHANGES = 5_000;
  private static final int READABLE = 0444;

  private final Runner runner;

  LockBench(Runner runner) {
    this.runner = runner;
  }

  /** Locks without contention. */
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
    lockNewFiles(posix, dir);
  }

  /**
   * The first lock of each of many files, without making the file: that is how long a cluster takes
   * to find out who is in charge of a lock that nobody has heard of.
   */
  private void lockNewFiles(Posix posix, Path dir) throws IOException {
    Samples samples = new Samples();
    long total = 0;
    long end = System.nanoTime() + NEW_LOCKS_BUDGETS * runner.budgetNanos();
    for (int i = 0; i < NEW_LOCKS && System.nanoTime() < end; i++) {
      int fd = posix.open(dir + "/new" + i, Posix.CREATE_NEW);
      long before = System.nanoTime();
      posix.flock(fd, Posix.LOCK_EX);
      long took = System.nanoTime() - before;
      posix.close(fd);
      samples.add(took);
      total += took;
    }
    runner.add(Measure.of(GROUP, "flock of a new file", "locks/s", 1, samples, total));
  }

  /**
   * Changes a file on two mounts in turn: the lock of its metadata changes hands each time, and
   * what it protects has to be on the disk before.
   *
   * @param first a directory
   * @param second the same one by another mount
   */
  void changeInTurn(Path first, Path second) throws IOException {
    Posix posix = new Posix();
    posix.close(posix.open(first.resolve("changed").toString(), Posix.CREATE));
    List<String> paths =
        List.of(first.resolve("changed").toString(), second.resolve("changed").toString());
    runner.measure(
        new Subject(GROUP, "metadata hand-off (chmod)", "locks/s", 1),
        CHANGES,
        List.of((calls, i) -> calls.chmod(paths.get(i % 2), READABLE | i % 2)));
  }
}
