package org.lockstepfs.fuse.bench;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.fuse.bench.Runner.Operation;
import org.lockstepfs.fuse.bench.Runner.Subject;

/** Creates, looks at, lists, renames and removes files. */
final class NamespaceBench {
  private static final int FILES = 4000;
  private static final int STATS = 200_000;
  private static final int LISTINGS = 200;
  private static final int THREADS = 4;

  private final Runner runner;

  NamespaceBench(Runner runner) {
    this.runner = runner;
  }

  /**
   * Measures on one mount, or on several at a time.
   *
   * @param dirs each worker's directory; workers that share one use names of their own
   */
  void run(String group, List<Path> dirs) throws IOException {
    List<Operation> creates = new ArrayList<>();
    for (int worker = 0; worker < dirs.size(); worker++) {
      String prefix = prefix(dirs, worker, "f");
      creates.add((posix, i) -> posix.close(posix.open(prefix + i, Posix.CREATE_NEW)));
    }
    List<Integer> counts = runner.measure(new Subject(group, "create"), FILES, creates);
    look(group, dirs, counts);
    List<Operation> renames = new ArrayList<>();
    List<Operation> unlinks = new ArrayList<>();
    for (int worker = 0; worker < dirs.size(); worker++) {
      String from = prefix(dirs, worker, "f");
      String to = prefix(dirs, worker, "r");
      renames.add((posix, i) -> posix.rename(from + i, to + i));
    }
    int common = counts.stream().min(Integer::compare).orElse(0);
    List<Integer> renamed = runner.measure(new Subject(group, "rename"), common, renames);
    for (int worker = 0; worker < dirs.size(); worker++) {
      String from = prefix(dirs, worker, "f");
      String to = prefix(dirs, worker, "r");
      int moved = renamed.get(worker);
      unlinks.add((posix, i) -> posix.unlink((i < moved ? to : from) + i));
    }
    runner.measure(new Subject(group, "unlink"), common, unlinks);
  }

  private void look(String group, List<Path> dirs, List<Integer> counts) throws IOException {
    List<Operation> stats = new ArrayList<>();
    List<Operation> listings = new ArrayList<>();
    for (int worker = 0; worker < dirs.size(); worker++) {
      String prefix = prefix(dirs, worker, "f");
      Path dir = dirs.get(worker);
      int count = counts.get(worker);
      stats.add((posix, i) -> posix.stat(prefix + i % count));
      listings.add((posix, i) -> list(dir));
    }
    runner.measure(new Subject(group, "stat"), STATS, stats);
    if (dirs.size() == 1) {
      List<Operation> four = new ArrayList<>();
      for (int i = 0; i < THREADS; i++) {
        four.add(stats.get(0));
      }
      runner.measure(new Subject(group, "stat, 4 threads"), STATS, four);
    }
    double entries = counts.stream().mapToInt(Integer::intValue).average().orElse(0);
    runner.measure(new Subject(group, "readdir", "entries/s", entries), LISTINGS, listings);
  }

  private static void list(Path dir) throws IOException {
    try (DirectoryStream<Path> stream = Files.newDirectoryStream(dir)) {
      stream.forEach(entry -> {});
    }
  }

  private static String prefix(List<Path> dirs, int worker, String kind) {
    return dirs.get(worker) + "/" + kind + worker + "-";
  }
}
