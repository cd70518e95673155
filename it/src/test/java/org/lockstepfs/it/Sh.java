package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs commands with a time limit. */
final class Sh {
  /** What a command printed, both streams in order, and how it ended. */
  record Result(List<String> command, int status, String output) {

    /** Fails the test unless the command ended with 0. */
    Result ok() {
      assertThat(status).as("%s printed:%n%s", String.join(" ", command), output).isZero();
      return this;
    }
  }

  private Sh() {}

  static Result run(String... command) {
    return run(Duration.ofSeconds(60), Map.of(), command);
  }

  /**
   * Runs a command; kills it and all that it started when the time is up, which is a failure with
   * status 124.
   */
  static Result run(Duration limit, Map<String, String> environment, String... command) {
    try {
      Path out = Files.createTempFile("lockstep-it", ".out");
      try {
        ProcessBuilder builder =
            new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        boolean ended = process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS);
        if (!ended) {
          process.descendants().forEach(ProcessHandle::destroyForcibly);
          process.destroyForcibly().waitFor(5, TimeUnit.SECONDS);
        }
        String output = Files.readString(out, StandardCharsets.ISO_8859_1);
        return ended
            ? new Result(List.of(command), process.exitValue(), output)
            : new Result(List.of(command), 124, output + "\n(killed after " + limit + ")");
      } finally {
        Files.deleteIfExists(out);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Returns a text resource beside the tests as a file that other programs can read. */
  static Path script(String name) {
    Path script = Path.of("src/test/resources/org/lockstepfs/it", name).toAbsolutePath();
    assertThat(script).exists();
    return script;
  }
}
