package org.lockstepfs.locks.fsdlm;

import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How many conversions a second the engine alone does on one core; {@code bin/microbench} runs it.
 * The aim is 100,000.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 3, time = 3)
@Fork(
    value = 1,
    jvmArgsAppend = {"-Xmx512m", "-XX:+UseSerialGC"})
public class ConversionStormBenchmark {
  private ConversionStorm storm;

  /** Makes the locks. */
  @Setup
  public void setUp() {
    storm = new ConversionStorm(1);
  }

  /** One conversion and what follows from it. */
  @Benchmark
  public void convert() {
    storm.convertOne();
  }
}
