package org.lockstepfs.it;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Slows a device to a byte in a second for one process, by the block I/O controller of cgroups
 * version 1.
 */
final class DiskStall implements AutoCloseable {
  private static final Path CONTROLLER = Path.of("/sys/fs/cgroup/blkio");
  private static final String[] LIMITS = {
    "blkio.throttle.write_bps_device", "blkio.throttle.read_bps_device"
  };

  private final Path group;
  private final String device;

  /** Stalls a device for a process. */
  DiskStall(ProcessHandle process, String device) throws IOException {
    this.group = CONTROLLER.resolve("lockstep-it-" + process.pid());
    this.device = Sh.run("lsblk", "-dno", "MAJ:MIN", device).ok().output().strip();
    Files.createDirectories(group);
    Files.writeString(group.resolve("cgroup.procs"), Long.toString(process.pid()));
    limit(1);
  }

  /** Returns whether this machine can do it. */
  static boolean isPossible() {
    return Files.exists(CONTROLLER.resolve(LIMITS[0]));
  }

  private void limit(int bytesPerSecond) throws IOException {
    for (String limit : LIMITS) {
      Files.writeString(group.resolve(limit), device + " " + bytesPerSecond);
    }
  }

  /** Lets the device go on; the group is removed when its process is gone. */
  @Override
  public void close() throws IOException {
    limit(0);
  }

  /** Removes the group of a process that has ended; waits a little for the kernel. */
  void remove() throws InterruptedException {
    for (int i = 0; i < 50 && !group.toFile().delete(); i++) {
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }
}
