package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep mount}. */
@Command(
    name = "mount",
    description = "Mounts a volume; returns when the mount point is usable.",
    mixinStandardHelpOptions = true)
final class MountCommand implements Callable<Integer> {
  @Mixin private NodeOptions node;

  @Option(names = "--config", paramLabel = "FILE", description = "the cluster file")
  private Path config;

  @Option(names = "-o", paramLabel = "OPTIONS", description = "mount options, as in fstab(5)")
  private List<String> options = new ArrayList<>();

  @Parameters(index = "0", paramLabel = "DEVICE", description = "block device or image file")
  private String device;

  @Parameters(index = "1", paramLabel = "MOUNTPOINT", description = "an existing directory")
  private String mountpoint;

  @Override
  public Integer call() throws IOException {
    new MountRequestor(node.paths(), config)
        .mount(device, mountpoint, MountWords.parse(String.join(",", options)));
    return 0;
  }
}
