package org.lockstepfs.blockdev.mkfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs a program of ocfs2-tools and takes its output apart. */
public final class Tool {
  private static final int TIMEOUT_SECONDS = 60;
  private static final int FSCK_MEMORY_KIB = 200_000;

  private final int status;
  private final String output;

  private Tool(int status, String output) {
    this.status = status;
    this.output = output;
  }

  /** Returns whether the tools are installed. */
  public static boolean installed() {
    return Files.isExecutable(Path.of("/usr/sbin/mkfs.ocfs2"));
  }

  /** Runs a program to its end. */
  public static Tool run(String program, List<String> arguments) {
    List<String> command = new ArrayList<>(List.of("/usr/sbin/" + program));
    command.addAll(arguments);
    return start(command);
  }

  private static Tool start(List<String> command) {
    try {
      Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " does not end");
      }
      return new Tool(process.exitValue(), output);
    } catch (IOException | InterruptedException e) {
      throw new IllegalStateException(command.toString(), e);
    }
  }

  /** Runs one command of debugfs.ocfs2. */
  public static Tool debugfs(Path image, String command) {
    return run("debugfs.ocfs2", List.of("-R", command, image.toString()));
  }

  /**
   * Checks an image without changing it. Unlimited, fsck.ocfs2 caches as much as the volume is
   * large, and touches all of that before it begins: seconds for a volume of some GiB.
   */
  public static Tool fsck(Path image) {
    String limited = "ulimit -v " + FSCK_MEMORY_KIB + "; exec /usr/sbin/fsck.ocfs2 -fn \"$0\"";
    return start(List.of("/bin/sh", "-c", limited, image.toString()));
  }

  public int status() {
    return status;
  }

  public String output() {
    return output;
  }

  /** Returns the first group of the first match of a pattern, failing if there is none. */
  public String find(String pattern) {
    Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(output);
    if (!matcher.find()) {
      throw new AssertionError(pattern + " not in:\n" + output);
    }
    return matcher.group(1).strip();
  }

  /** As {@link #find}, a number. */
  public long number(String pattern) {
    return Long.parseLong(find(pattern));
  }
}
