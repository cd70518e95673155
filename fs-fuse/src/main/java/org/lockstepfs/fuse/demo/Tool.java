package org.lockstepfs.fuse.demo;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * One run of a program.
 *
 * @param status what it exited with
 * @param output what it printed, errors included
 */
record Tool(int status, String output) {
  private static final long TIMEOUT_S = 90;

  /** Runs a program to its end, at most 90 s. */
  static Tool run(Map<String, String> environment, List<String> command) throws IOException {
    Path said = Files.createTempFile("lockstep", ".out");
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      builder.redirectErrorStream(true).redirectOutput(said.toFile());
      Process process = builder.start();
      process.getOutputStream().close();
      if (!process.waitFor(TIMEOUT_S, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(
            String.join(" ", command) + " did not end within " + TIMEOUT_S + " s");
      }
      return new Tool(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8).strip());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(said);
    }
  }

  /** Runs a program that has to succeed, and returns what it printed. */
  static String output(Map<String, String> environment, List<String> command) throws IOException {
    Tool done = run(environment, command);
    if (done.status() != 0) {
      throw new IOException(
          String.join(" ", command) + " exited with " + done.status() + ": " + done.output());
    }
    return done.output();
  }

  /** Runs a program that has to succeed, and returns what it printed. */
  static String output(String... command) throws IOException {
    return output(Map.of(), List.of(command));
  }
}
