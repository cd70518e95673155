package org.lockstepfs.fuse.bench;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Repeats operations, in one thread or several, and times them. */
final class Runner {
  private final List<Measure> measures = new ArrayList<>();
  private final long budgetNanos;

  /**
   * Makes a runner.
   *
   * @param budgetMs how long one measurement may take, in milliseconds
   */
  Runner(long budgetMs) {
    this.budgetNanos = budgetMs * 1_000_000;
  }

  /** An operation that can be done again and again. */
  @FunctionalInterface
  interface Operation {
    /** Does it for the i-th time. */
    void run(Posix posix, int i) throws IOException;
  }

  /** What is measured. */
  record Subject(String group, String name, String unit, double perOperation) {
    Subject(String group, String name) {
      this(group, name, "ops/s", 1);
    }
  }

  /** Returns how long one measurement may take. */
  long budgetNanos() {
    return budgetNanos;
  }

  List<Measure> measures() {
    return measures;
  }

  void add(Measure measure) {
    measures.add(measure);
  }

  /**
   * Measures operations that run side by side, each in a thread of its own.
   *
   * @param most how often at the most
   * @return how often each was done
   */
  List<Integer> measure(Subject subject, int most, List<Operation> operations) throws IOException {
    ExecutorService threads = Executors.newFixedThreadPool(operations.size());
    try {
      List<Callable<Samples>> tasks = new ArrayList<>();
      for (Operation operation : operations) {
        tasks.add(() -> repeat(operation, most));
      }
      long start = System.nanoTime();
      List<Samples> parts = new ArrayList<>();
      for (Future<Samples> done : threads.invokeAll(tasks)) {
        parts.add(done.get());
      }
      long nanos = System.nanoTime() - start;
      measures.add(
          Measure.of(
              subject.group(),
              subject.name(),
              subject.unit(),
              subject.perOperation(),
              Samples.join(parts),
              nanos));
      return parts.stream().map(Samples::count).toList();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } catch (ExecutionException e) {
      throw new IOException(
          subject.group() + ", " + subject.name() + ": " + e.getCause().getMessage(), e);
    } finally {
      threads.shutdown();
    }
  }

  private Samples repeat(Operation operation, int most) throws IOException {
    Posix posix = new Posix();
    Samples samples = new Samples();
    long end = System.nanoTime() + budgetNanos;
    long before = System.nanoTime();
    for (int i = 0; i < Math.min(most, Samples.MAX) && before < end; i++) {
      operation.run(posix, i);
      long after = System.nanoTime();
      samples.add(after - before);
      before = after;
    }
    return samples;
  }
}
