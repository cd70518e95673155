package org.lockstepfs.fuse.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import org.lockstepfs.fuse.bench.Bench;
import org.lockstepfs.fuse.bench.Measure;
import org.lockstepfs.fuse.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep bench}. */
@Command(
    name = "bench",
    description = "Measures a mounted file system of any kind; two mounts of it side by side, too.",
    mixinStandardHelpOptions = true)
final class BenchCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Parameters(arity = "1..2", paramLabel = "MOUNT", description = "where it is mounted")
  private List<Path> mounts;

  @Option(
      names = "--versus",
      arity = "1..2",
      paramLabel = "MOUNT",
      description = "measure another file system in turn with the first, and print both")
  private List<Path> others = List.of();

  @Option(names = "--json", description = "print JSON")
  private boolean json;

  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "1",
      description = "measure N times and print the median of each line")
  private int rounds;

  @Option(
      names = "--overwrite",
      paramLabel = "DEVICE",
      description = "compare with fio on this device, whose contents are lost")
  private Path device;

  @Override
  public Integer call() throws IOException {
    String home = System.getProperty("lockstep.home");
    if (home == null) {
      throw new ControlException("started without its launcher", FAILED);
    }
    List<List<Path>> systems = others.isEmpty() ? List.of(mounts) : List.of(mounts, others);
    check(systems);
    if (rounds < 1) {
      throw new ControlException("--rounds " + rounds + ": at least 1", FAILED);
    }
    Consumer<String> progress = what -> System.err.println("lockstep: measuring: " + what);
    List<List<Measure>> measures =
        new Bench(home + "/bin/lockstep", device, progress).run(systems, rounds);
    System.out.println(json ? json(measures) : table(measures));
    return 0;
  }

  private void check(List<List<Path>> systems) throws ControlException {
    for (List<Path> system : systems) {
      for (Path mount : system) {
        if (!Files.isDirectory(mount)) {
          throw new ControlException(mount + " is no directory", FAILED);
        }
      }
    }
    if (systems.size() == 2 && mounts.size() != others.size()) {
      throw new ControlException("--versus needs as many mounts as are compared with it", FAILED);
    }
  }

  /** One array of lines, or one for each of two file systems. */
  private static String json(List<List<Measure>> systems) throws IOException {
    return new ObjectMapper()
        .writerWithDefaultPrettyPrinter()
        .writeValueAsString(systems.size() == 1 ? systems.get(0) : systems);
  }

  /** Numbers of the second file system stand beside those of the first. */
  static String table(List<List<Measure>> systems) {
    StringBuilder out = new StringBuilder();
    out.append(String.format("%-40s", ""));
    String heading = String.format(" %12s %-10s %12s %12s", "rate", "", "median us", "p99 us");
    out.append(heading.repeat(systems.size()));
    String group = "";
    for (int line = 0; line < systems.get(0).size(); line++) {
      Measure first = systems.get(0).get(line);
      if (!first.group().equals(group)) {
        group = first.group();
        out.append("\n").append(group);
      }
      out.append(String.format("%n  %-38s", first.name()));
      for (List<Measure> system : systems) {
        Measure m = system.get(line);
        out.append(
            String.format(
                Locale.ROOT,
                " %12.1f %-10s %12.1f %12.1f",
                m.rate(),
                m.unit(),
                m.medianUs(),
                m.p99Us()));
      }
    }
    return out.toString();
  }
}
