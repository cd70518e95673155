package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.fuse.control.ControlException;

/** Runs mount(8) and umount(8) without their helpers, which would be this program again. */
final class MountTools {
  private static final int FAILED = 32;

  private MountTools() {}

  static void mount(String... arguments) throws IOException {
    run("mount", arguments);
  }

  static void umount(String... arguments) throws IOException {
    run("umount", arguments);
  }

  private static void run(String tool, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(tool, "-i"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (process.waitFor() != 0) {
        throw new ControlException(said.strip(), FAILED);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ControlException("interrupted", 8);
    }
  }
}
