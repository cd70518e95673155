package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * What mount(8) calls as {@code mount.lockstep DEVICE DIR [-sfnv] -o OPTIONS [-t TYPE]}. Prints
 * nothing when all is well.
 */
@SuppressWarnings("UnusedVariable") // some options are taken only to be ignored
@Command(name = "mount-helper", hidden = true)
final class MountHelperCommand implements Callable<Integer> {
  @Parameters(index = "0")
  private String device;

  @Parameters(index = "1")
  private String mountpoint;

  @Option(names = "-o")
  private List<String> options = new ArrayList<>();

  @Option(names = {"-s", "-n", "-v"})
  private List<Boolean> ignored = new ArrayList<>();

  @Option(names = "-f")
  private boolean fake;

  @Option(names = "-t")
  private String type;

  @Override
  public Integer call() throws IOException {
    if (fake) {
      return 0;
    }
    Map<String, String> words = MountWords.parse(String.join(",", options));
    if (words.remove(Remount.WORD) != null) {
      new Remount(mountpoint).remount(words);
      return 0;
    }
    String config = words.remove("config");
    new MountRequestor(
            NodeOptions.paths(words.remove("node")), config == null ? null : Path.of(config))
        .mount(device, mountpoint, words);
    return 0;
  }
}
