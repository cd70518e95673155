package org.lockstepfs.fuse.bench;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures how long a lock takes from one process to another that waits for it, usually on another
 * mount: from just before the release to just after the wait.
 */
final class HandOff {
  private static final int STEPS = 5000;
  private static final double NANOS = 1e9;

  /** One step of a worker. */
  private record Step(long waited, long granted, long released) {}

  /** A worker process. */
  private static final class Worker implements Closeable {
    private final Process process;
    private final BufferedReader output;

    Worker(String launcher, String kind, Path dir, int start, long budgetMs) throws IOException {
      process =
          new ProcessBuilder(
                  launcher,
                  "bench-worker",
                  kind,
                  dir.toString(),
                  Integer.toString(start),
                  Integer.toString(STEPS),
                  Long.toString(budgetMs))
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      output =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII));
    }

    void awaitReady() throws IOException {
      if (!"ready".equals(output.readLine())) {
        throw new IOException("a worker process could not take its first lock");
      }
    }

    void go() throws IOException {
      process.getOutputStream().write('\n');
      process.getOutputStream().flush();
    }

    List<Step> steps() throws IOException {
      List<Step> steps = new ArrayList<>();
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        String[] times = line.split(" ", -1);
        steps.add(
            new Step(Long.parseLong(times[0]), Long.parseLong(times[1]), Long.parseLong(times[2])));
      }
      return steps;
    }

    @Override
    public void close() throws IOException {
      process.destroyForcibly();
      output.close();
    }
  }

  private HandOff() {}

  /**
   * Measures.
   *
   * @param kind "fcntl" or "flock"
   * @param first one process's directory
   * @param second the other's: the same one, by the same mount or another one
   */
  static Measure measure(String launcher, String kind, Path first, Path second, long budgetMs)
      throws IOException {
    try (Worker a = new Worker(launcher, kind, first, 0, budgetMs)) {
      a.awaitReady();
      try (Worker b = new Worker(launcher, kind, second, 1, budgetMs)) {
        b.awaitReady();
        a.go();
        b.go();
        return evaluate(kind, a.steps(), b.steps());
      }
    }
  }

  /**
   * Pairs grants with releases. The second worker is one lock ahead: the first's n-th grant is of
   * the lock that the second releases in its n-th step, the second's n-th of what the first
   * releases one step earlier. Only steps that had begun to wait before the release count.
   */
  private static Measure evaluate(String kind, List<Step> a, List<Step> b) {
    Samples samples = new Samples();
    pair(a, b, 0, samples);
    pair(b, a, -1, samples);
    int all = a.size() + b.size();
    long from = Math.min(a.get(0).waited(), b.get(0).waited());
    long to = Math.max(a.get(a.size() - 1).released(), b.get(b.size() - 1).released());
    Measure timed = Measure.of(LockBench.GROUP, kind + " hand-off", "locks/s", 1, samples, 1);
    return new Measure(
        timed.group(),
        timed.name(),
        all * NANOS / Math.max(1, to - from),
        timed.unit(),
        timed.medianUs(),
        timed.p99Us(),
        timed.count());
  }

  private static void pair(List<Step> waiter, List<Step> holder, int offset, Samples samples) {
    for (int n = 0; n < waiter.size(); n++) {
      int other = n + offset;
      if (other < 0 || other >= holder.size()) {
        continue;
      }
      long released = holder.get(other).released();
      if (waiter.get(n).waited() < released && waiter.get(n).granted() > released) {
        samples.add(waiter.get(n).granted() - released);
      }
    }
  }
}
