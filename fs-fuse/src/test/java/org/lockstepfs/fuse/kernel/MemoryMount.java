package org.lockstepfs.fuse.kernel;

import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;

/** Mounts the file system in memory until it is unmounted: for measurements by hand. */
public final class MemoryMount {
  private MemoryMount() {}

  /** Takes the mount point, and the least and the greatest number of workers. */
  public static void main(String[] args) throws Exception {
    KernelFrontEnd frontEnd =
        new KernelFrontEnd(
            Clock.systemUTC(),
            OperationListener.NONE,
            Integer.parseInt(args[1]),
            Integer.parseInt(args[2]));
    KernelMount mount =
        frontEnd.mount(
            new MemoryFileSystem(true), "memory", Path.of(args[0]), MountOptions.parse(""));
    while (!mount.awaitEnd(Duration.ofMinutes(1))) {
      System.out.println(mount.workers() + " workers");
    }
  }
}
