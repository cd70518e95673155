package org.lockstepfs.fuse.demo;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A process of its own that has a file open and locks it as it is told. Locks belong to processes,
 * so that the demo cannot take them itself.
 */
final class Locker implements Closeable {
  private static final String SCRIPT = "locker.py";
  private static final long ANSWER_TIMEOUT_MS = 20_000;

  private final Process process;
  private final OutputStream commands;
  private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();

  /**
   * Starts a process that opens a file.
   *
   * @param scratch where its program may lie
   */
  Locker(Path scratch, Path file) throws IOException {
    Path script = scratch.resolve(SCRIPT);
    if (!Files.exists(script)) {
      try (InputStream in = Locker.class.getResourceAsStream(SCRIPT)) {
        Files.copy(in, script);
      }
    }
    process =
        new ProcessBuilder("python3", script.toString(), file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    commands = process.getOutputStream();
    Thread reader = new Thread(this::read, "locker");
    reader.setDaemon(true);
    reader.start();
  }

  private void read() {
    try (BufferedReader in =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        answers.add(line);
      }
    } catch (IOException e) {
      answers.add(e.toString());
    }
  }

  /** Makes a call that answers at once. */
  String call(String command) throws IOException {
    begin(command);
    return await();
  }

  /** Begins a call that may block. */
  void begin(String command) throws IOException {
    commands.write((command + "\n").getBytes(StandardCharsets.US_ASCII));
    commands.flush();
  }

  /** Waits for the answer to a call that was begun. */
  String await() throws IOException {
    String answer = await(ANSWER_TIMEOUT_MS);
    if (answer == null) {
      throw new IOException("a locking call did not return within " + ANSWER_TIMEOUT_MS + " ms");
    }
    return answer;
  }

  /** Waits for an answer, at most so long; null if there is none. */
  String await(long timeoutMs) throws IOException {
    try {
      return answers.poll(timeoutMs, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }

  /** Ends the process, and waits for that: its file is closed then. */
  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor(ANSWER_TIMEOUT_MS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    commands.close();
  }
}
