package org.lockstepfs.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * One node's path to a volume: a FUSE file system (bindfs) that passes direct I/O on to the image.
 * It can hang, which is its process stopped, and be taken away with every request that is on its
 * way, which is its process killed; {@code fence-path.sh} does that as a fence agent.
 */
final class DiskPath implements AutoCloseable {
  private static final int START_LIMIT_MS = 10_000;

  private final Path image;
  private final Path mount;
  private final Path pidFile;
  private Process process;

  /**
   * Makes a path; {@link #restore} opens it.
   *
   * @param image lies in a directory of its own
   * @param paths where paths and their process ids go
   */
  DiskPath(String node, Path image, Path paths) throws IOException {
    this.image = image;
    this.mount = Files.createDirectories(paths.resolve(node));
    this.pidFile = paths.resolve(node + ".pid");
  }

  /** Returns the volume as the node sees it. */
  String volume() {
    return mount.resolve(image.getFileName()).toString();
  }

  /** Opens the path if it is not open. */
  void restore() throws IOException, InterruptedException {
    if (process != null && process.isAlive()) {
      return;
    }
    Sh.run("umount", "--lazy", mount.toString());
    process =
        new ProcessBuilder(
                "bindfs",
                "-f",
                "--multithreaded",
                "--forward-odirect=512",
                "-o",
                "direct_io",
                image.getParent().toString(),
                mount.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    Files.writeString(pidFile, Long.toString(process.pid()));
    for (int waited = 0; !Files.exists(Path.of(volume())); waited += 20) {
      assertThat(waited).as("ms until %s is there", volume()).isLessThan(START_LIMIT_MS);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  /** Lets the path hang, or go on. */
  void stall(boolean stalled) {
    Sh.run("kill", stalled ? "-STOP" : "-CONT", Long.toString(process.pid())).ok();
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly();
      process.onExit().join();
    }
    Sh.run("umount", "--lazy", mount.toString());
  }
}
