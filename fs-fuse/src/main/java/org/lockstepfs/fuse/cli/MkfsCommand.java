package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.concurrent.Callable;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.device.DirectDevice;
import org.lockstepfs.blockdev.mkfs.Mkfs;
import org.lockstepfs.blockdev.mkfs.MkfsException;
import org.lockstepfs.blockdev.mkfs.MkfsOptions;
import org.lockstepfs.blockdev.mkfs.Occupants;
import org.lockstepfs.blockdev.mkfs.VolumePlan;
import org.lockstepfs.fuse.control.ControlException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code lockstep mkfs}, with mkfs.ocfs2's options. */
@SuppressWarnings("UnusedVariable") // -x is taken only to be ignored
@Command(
    name = "mkfs",
    description = "Formats a device with an empty volume.",
    mixinStandardHelpOptions = true)
final class MkfsCommand implements Callable<Integer> {
  private static final int FAILED = 1;

  private final MkfsOptions.Builder options = MkfsOptions.builder();

  @Option(
      names = {"-q", "--quiet"},
      description = "print nothing but errors")
  private boolean quiet;

  @Option(names = "-x", description = "ask nothing, which is so anyway")
  private boolean neverAsk;

  @Parameters(index = "0", paramLabel = "DEVICE", description = "block device or image file")
  private String device;

  @Option(
      names = {"-b", "--block-size"},
      paramLabel = "SIZE",
      description = "512 to 4K")
  void blockSize(String text) throws MkfsException {
    options.blockSize(text);
  }

  @Option(
      names = {"-C", "--cluster-size"},
      paramLabel = "SIZE",
      description = "4K to 1M")
  void clusterSize(String text) throws MkfsException {
    options.clusterSize(text);
  }

  @Option(
      names = {"-N", "--node-slots"},
      paramLabel = "COUNT",
      description = "how many nodes can mount it at a time")
  void slots(int count) throws MkfsException {
    options.slots(count);
  }

  @Option(
      names = {"-J", "--journal-options"},
      paramLabel = "size=SIZE",
      description = "size of each node's journal")
  void journal(String text) throws MkfsException {
    options.journalOptions(text);
  }

  @Option(
      names = {"-L", "--label"},
      paramLabel = "LABEL",
      description = "the volume's name")
  void label(String text) throws MkfsException {
    options.label(text);
  }

  @Option(
      names = {"-U", "--uuid"},
      paramLabel = "UUID",
      description = "the volume's identity, else random")
  void uuid(String text) throws MkfsException {
    options.uuid(text);
  }

  @Option(
      names = {"-M", "--mount"},
      paramLabel = "local|cluster",
      description = "for one node without a cluster, or for several")
  void mountType(String text) throws MkfsException {
    options.mountType(text);
  }

  @Option(
      names = "--fs-features",
      paramLabel = "LIST",
      description = "features to add; with 'no' before the name, to leave out")
  void features(String list) {
    options.features(list);
  }

  @Option(names = "--cluster-stack", paramLabel = "STACK", description = "o2cb, pcmk, ...")
  void clusterStack(String text) throws MkfsException {
    options.clusterStack(text);
  }

  @Option(names = "--cluster-name", paramLabel = "NAME", description = "the cluster's name")
  void clusterName(String text) throws MkfsException {
    options.clusterName(text);
  }

  @Option(names = "--global-heartbeat", description = "o2cb's global heartbeat")
  void globalHeartbeat(boolean on) {
    options.globalHeartbeat(on);
  }

  @Option(
      names = {"-n", "--dry-run"},
      description = "write nothing")
  void dryRun(boolean on) {
    options.dryRun(on);
  }

  @Option(
      names = {"-F", "--force"},
      description = "overwrite whatever is there")
  void force(boolean on) {
    options.force(on);
  }

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "BLOCKS",
      description = "size of the volume, else the whole device")
  void blocks(Long count) throws MkfsException {
    if (count != null) {
      options.blocks(count);
    }
  }

  @Override
  public Integer call() throws IOException {
    Path disk = Path.of(device).toAbsolutePath();
    if (!Files.exists(disk)) {
      throw new ControlException(device + " does not exist", FAILED);
    }
    try (BlockDevice opened = DirectDevice.open(disk.toRealPath().toString(), false)) {
      Mkfs mkfs = new Mkfs(new SecureRandom(), Clock.systemUTC(), Occupants.ofSystem());
      VolumePlan plan = mkfs.format(opened, options.build());
      if (!quiet) {
        System.out.println(text(plan));
      }
      return 0;
    } catch (IOException e) {
      throw new ControlException(e.getMessage(), FAILED);
    }
  }

  private static String text(VolumePlan plan) {
    String whose =
        plan.cluster() == null
            ? ""
            : ", cluster " + plan.cluster().cluster() + " (" + plan.cluster().stack() + ")";
    return String.format(
        "UUID %s%s%s%n"
            + "block size %d, cluster size %d, %d clusters (%d MiB), %d slots, journals of %d MiB%n"
            + "features: %s",
        plan.uuid(),
        plan.label().isEmpty() ? "" : ", label " + plan.label(),
        whose,
        plan.blockSize(),
        plan.clusterSize(),
        plan.clusters(),
        plan.bytes() >> 20,
        plan.slots(),
        plan.journalSize() >> 20,
        String.join(" ", plan.features().names()));
  }
}
