package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code lockstep umount}. */
@Command(
    name = "umount",
    description = "Unmounts; returns when the volume is left and clean on disk.",
    mixinStandardHelpOptions = true)
final class UmountCommand implements Callable<Integer> {
  @Parameters(paramLabel = "MOUNTPOINT", description = "where a volume is mounted")
  private String mountpoint;

  @Override
  public Integer call() throws IOException {
    new Leaving(mountpoint).umount();
    return 0;
  }
}
