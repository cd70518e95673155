package org.lockstepfs.fuse.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.device.DirectDevice;
import org.lockstepfs.blockdev.device.ExclusiveUse;
import org.lockstepfs.blockdev.format.ClusterInfo;
import org.lockstepfs.blockdev.mkfs.MkfsOptions;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.volume.ClusterStamp;
import org.lockstepfs.stack.config.ClusterConfig;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep tune}: of tunefs.ocfs2, what has to do with cluster stacks. */
@Command(
    name = "tune",
    description = "Changes which cluster a volume belongs to, while nobody has it mounted.",
    mixinStandardHelpOptions = true)
final class TuneCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  @Mixin private NodeOptions node;

  @Option(
      names = "--update-cluster-stack",
      required = true,
      description = "write the node's stack and the cluster file's cluster, or those given")
  private boolean update;

  @Option(names = "--cluster-stack", paramLabel = "LABEL", description = "o2cb, pcmk, ...")
  private String stack;

  @Option(names = "--cluster-name", paramLabel = "NAME", description = "the cluster's name")
  private String cluster;

  @Option(names = "--config", paramLabel = "FILE", description = "the cluster file")
  private Path config;

  @Option(
      names = {"-y", "--yes"},
      description = "ask nothing; without a terminal nothing is asked anyway")
  private boolean yes;

  @Parameters(paramLabel = "DEVICE", description = "block device or image file")
  private String device;

  @Override
  public Integer call() throws IOException {
    Path disk = Path.of(device).toAbsolutePath();
    if (!update || !Files.exists(disk)) {
      throw new ControlException(device + " does not exist", FAILED);
    }
    String path = disk.toRealPath().toString();
    try (ExclusiveUse claim = ExclusiveUse.of(path);
        BlockDevice opened = DirectDevice.open(path, false)) {
      stamp(opened);
      return 0;
    } catch (IOException e) {
      throw new ControlException(e.getMessage(), FAILED);
    }
  }

  private void stamp(BlockDevice opened) throws IOException {
    ClusterStamp stamp = new ClusterStamp(opened, TuneCommand::pause);
    ClusterInfo before = stamp.current();
    ClusterInfo after = wanted();
    if (after.equals(before)) {
      System.out.println(opened.name() + " belongs to " + text(after) + " already");
      return;
    }
    String change = opened.name() + ": from " + text(before) + " to " + text(after);
    if (!yes && Native.libc().isatty(0) == 1 && !agreed(change)) {
      throw new ControlException("nothing is changed", FAILED);
    }
    stamp.stamp(after);
    System.out.println(change);
  }

  private ClusterInfo wanted() throws IOException {
    String label = stack == null ? StackCommand.ask(node, config).label() : stack;
    Path file = config == null ? ConfigFile.chosen() : config;
    String name = cluster == null ? ClusterConfig.read(file).name() : cluster;
    return MkfsOptions.builder().clusterStack(label).clusterName(name).build().cluster();
  }

  private static String text(ClusterInfo info) {
    return info == null
        ? "stack 'o2cb', any cluster"
        : "stack '" + info.stack() + "', cluster '" + info.cluster() + "'";
  }

  private static boolean agreed(String change) throws IOException {
    System.out.print(change + "\nNo node may be using the volume, or begin to. Change it? [y/N] ");
    System.out.flush();
    String answer =
        new BufferedReader(new InputStreamReader(System.in, Charset.defaultCharset())).readLine();
    return answer != null && answer.strip().matches("(?i)y(es)?");
  }

  private static void pause(long ms) throws IOException {
    try {
      if (new CountDownLatch(1).await(ms, TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException("nobody counts down");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
  }
}
