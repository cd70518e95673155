package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.lockstepfs.fuse.control.ControlException;

/** Runs umount(8) without its helper, which would be this program again. */
final class Umount {
  private static final int FAILED = 32;

  private Umount() {}

  static void run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("umount", "-i"));
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
