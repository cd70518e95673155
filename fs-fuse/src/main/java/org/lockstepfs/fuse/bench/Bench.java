package org.lockstepfs.fuse.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/** Runs every measurement, in directories of its own, which it removes. */
public final class Bench {
  private static final long BUDGET_MS = 3_000;

  private final String launcher;
  private final Path device;
  private final Consumer<String> progress;

  /**
   * Makes a benchmark.
   *
   * @param launcher path of bin/lockstep, for processes that lock
   * @param device what fio(1) overwrites for comparison; null for no comparison
   * @param progress hears what is measured next
   */
  public Bench(String launcher, Path device, Consumer<String> progress) {
    this.launcher = launcher;
    this.device = device;
    this.progress = progress;
  }

  /**
   * Measures several times and takes the median of each line; several file systems in turn, so that
   * a machine that becomes slower or faster does so for all.
   *
   * @param systems the mounts of each file system
   * @param rounds how often, at least once
   * @return lines by file system
   * @see #run(List)
   */
  public List<List<Measure>> run(List<List<Path>> systems, int rounds) throws IOException {
    List<List<List<Measure>>> all = new ArrayList<>();
    systems.forEach(system -> all.add(new ArrayList<>()));
    for (int round = 0; round < rounds; round++) {
      for (int system = 0; system < systems.size(); system++) {
        all.get(system).add(run(systems.get(system)));
      }
    }
    return all.stream().map(Bench::medians).toList();
  }

  private static List<Measure> medians(List<List<Measure>> rounds) {
    List<Measure> medians = new ArrayList<>();
    for (int line = 0; line < rounds.get(0).size(); line++) {
      int index = line;
      medians.add(
          rounds.stream()
              .map(round -> round.get(index))
              .sorted(Comparator.comparingDouble(Measure::rate))
              .toList()
              .get(rounds.size() / 2));
    }
    return medians;
  }

  /**
   * Measures; takes about a minute.
   *
   * @param mounts one or two directories; two are mounts of the same file system
   * @throws IOException if anything fails, or two directories do not show the same files
   */
  public List<Measure> run(List<Path> mounts) throws IOException {
    Path first = mounts.get(0);
    Path last = mounts.get(mounts.size() - 1);
    Path root = Files.createTempDirectory(first, "bench");
    try {
      Path other = last.resolve(root.getFileName());
      if (!Files.isDirectory(other)) {
        throw new IOException(first + " and " + last + " do not show the same files");
      }
      return measure(root, other, mounts.size() > 1);
    } finally {
      remove(root);
    }
  }

  private List<Measure> measure(Path root, Path other, boolean two) throws IOException {
    Runner runner = new Runner(BUDGET_MS);
    NamespaceBench namespace = new NamespaceBench(runner);
    progress.accept("one mount");
    namespace.run("one mount", List.of(Files.createDirectory(root.resolve("own"))));
    if (two) {
      progress.accept("two mounts");
      Path ownOfFirst = Files.createDirectory(root.resolve("a"));
      Path ownOfSecond = Files.createDirectory(other.resolve("b"));
      namespace.run("two mounts, own directories", List.of(ownOfFirst, ownOfSecond));
      Path shared = Files.createDirectory(root.resolve("shared"));
      namespace.run("two mounts, one directory", List.of(shared, other.resolve("shared")));
    }
    progress.accept("locks");
    LockBench locks = new LockBench(runner);
    locks.run(root);
    if (two) {
      locks.changeInTurn(root, other);
    }
    for (String kind : List.of("fcntl", "flock")) {
      runner.add(HandOff.measure(launcher, kind, root, other, BUDGET_MS));
    }
    progress.accept("I/O");
    new IoBench(runner).run(root);
    if (device != null) {
      new FioBench(runner, device).run(root);
    }
    return runner.measures();
  }

  private static void remove(Path root) throws IOException {
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : (Iterable<Path>) files.sorted(Comparator.reverseOrder())::iterator) {
        Files.deleteIfExists(file);
      }
    }
  }
}
