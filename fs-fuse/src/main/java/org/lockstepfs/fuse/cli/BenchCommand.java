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
    for (Path mount : mounts) {
      if (!Files.isDirectory(mount)) {
        throw new ControlException(mount + " is no directory", FAILED);
      }
    }
    if (rounds < 1) {
      throw new ControlException("--rounds " + rounds + ": at least 1", FAILED);
    }
    Consumer<String> progress = what -> System.err.println("lockstep: measuring: " + what);
    List<Measure> measures =
        new Bench(home + "/bin/lockstep", device, progress).run(mounts, rounds);
    System.out.println(
        json
            ? new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(measures)
            : table(measures));
    return 0;
  }

  static String table(List<Measure> measures) {
    StringBuilder out = new StringBuilder();
    out.append(String.format("%-40s %12s %-10s %12s %12s", "", "rate", "", "median us", "p99 us"));
    String group = "";
    for (Measure m : measures) {
      if (!m.group().equals(group)) {
        group = m.group();
        out.append("\n").append(group);
      }
      out.append(
          String.format(
              Locale.ROOT,
              "%n  %-38s %12.1f %-10s %12.1f %12.1f",
              m.name(),
              m.rate(),
              m.unit(),
              m.medianUs(),
              m.p99Us()));
    }
    return out.toString();
  }
}
