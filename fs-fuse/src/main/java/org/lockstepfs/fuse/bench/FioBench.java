package org.lockstepfs.fuse.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * The same sequential direct I/O by fio(1), on a file of the mount and on a bare device: what the
 * file system leaves of the disk's speed. Every other one goes to the other target, so that both
 * find the machine in the same state; the file is measured when it has its blocks, as the device
 * has, and once while it grows.
 */
final class FioBench {
  private static final String GROUP = "fio, sequential direct I/O of 1 MiB";
  private static final int SIZE_MIB = 256;
  private static final double BYTES_IN_MIB = 1 << 20;
  private static final double NANOS_IN_US = 1e3;
  private static final long TIMEOUT_S = 120;

  private final Runner runner;
  private final Path device;

  /**
   * Makes a benchmark.
   *
   * @param device a device or file of at least 256 MiB, which is overwritten
   */
  FioBench(Runner runner, Path device) {
    this.runner = runner;
    this.device = device;
  }

  void run(Path dir) throws IOException {
    Path file = dir.resolve("fio");
    job("write, file that grows", file, "write");
    job("write, device", device, "write");
    job("write, file", file, "write");
    job("read, device", device, "read");
    job("read, file", file, "read");
  }

  private void job(String name, Path target, String direction) throws IOException {
    Path result = Files.createTempFile("fio", ".json");
    try {
      Process fio =
          new ProcessBuilder(
                  List.of(
                      "fio",
                      "--name=" + direction,
                      "--filename=" + target,
                      "--rw=" + direction,
                      "--bs=1M",
                      "--size=" + SIZE_MIB + "M",
                      "--direct=1",
                      "--ioengine=psync",
                      "--overwrite=0",
                      "--end_fsync=1",
                      "--output-format=json",
                      "--output=" + result))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      if (!fio.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
        fio.destroyForcibly();
        throw new IOException("fio on " + target + " did not end within " + TIMEOUT_S + " s");
      }
      if (fio.exitValue() != 0) {
        throw new IOException("fio on " + target + " exited with " + fio.exitValue());
      }
      runner.add(measure(name, new ObjectMapper().readTree(result.toFile()), direction));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(result);
    }
  }

  private static Measure measure(String name, JsonNode result, String direction) {
    JsonNode io = result.path("jobs").path(0).path(direction);
    JsonNode percentiles = io.path("clat_ns").path("percentile");
    return new Measure(
        GROUP,
        name,
        io.path("bw_bytes").asDouble() / BYTES_IN_MIB,
        IoBench.MIB,
        percentiles.path("50.000000").asDouble() / NANOS_IN_US,
        percentiles.path("99.000000").asDouble() / NANOS_IN_US,
        io.path("total_ios").asInt());
  }
}
