package org.lockstepfs.fuse.cli;

import java.nio.file.Files;
import java.nio.file.Path;

/** Which cluster file holds if none is named. */
final class ConfigFile {
  private ConfigFile() {}

  static Path chosen() {
    String chosen = System.getenv("LOCKSTEP_CONFIG");
    if (chosen != null) {
      return Path.of(chosen);
    }
    Path own = Path.of("/etc/lockstep/cluster.conf");
    return Files.exists(own) ? own : Path.of("/etc/ocfs2/cluster.conf");
  }
}
