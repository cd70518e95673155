package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.lockstepfs.fuse.bench.HandOffWorker;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** One of the processes that {@code lockstep bench} has pass locks to each other. */
@Command(name = "bench-worker", hidden = true)
final class BenchWorkerCommand implements Callable<Integer> {
  @Parameters(index = "0")
  private String kind;

  @Parameters(index = "1")
  private Path dir;

  @Parameters(index = "2")
  private int start;

  @Parameters(index = "3")
  private int steps;

  @Parameters(index = "4")
  private long budgetMs;

  @Override
  public Integer call() throws IOException {
    new HandOffWorker(kind.equals("flock"), dir).run(start, steps, budgetMs, System.out);
    return 0;
  }
}
