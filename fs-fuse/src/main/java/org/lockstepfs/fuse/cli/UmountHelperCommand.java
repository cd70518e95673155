package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** What umount(8) calls as {@code umount.fuse.lockstep DIR [-flnrv]}. */
@SuppressWarnings("UnusedVariable") // some options are taken only to be ignored
@Command(name = "umount-helper", hidden = true)
final class UmountHelperCommand implements Callable<Integer> {
  @Parameters(index = "0")
  private String mountpoint;

  @Option(names = "-f")
  private boolean force;

  @Option(names = "-l")
  private boolean lazy;

  @Option(names = "-r")
  private boolean readOnly;

  @Option(names = {"-n", "-v"})
  private List<Boolean> ignored = new ArrayList<>();

  @Option(names = "-t")
  private String type;

  @Override
  public Integer call() throws IOException {
    List<String> passed = new ArrayList<>();
    if (force) {
      passed.add("-f");
    }
    if (lazy) {
      passed.add("-l");
    }
    if (readOnly) {
      passed.add("-r");
    }
    new Leaving(mountpoint).umount(passed.toArray(String[]::new));
    return 0;
  }
}
