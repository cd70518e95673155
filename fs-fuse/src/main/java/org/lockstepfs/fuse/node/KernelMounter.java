package org.lockstepfs.fuse.node;

import io.micrometer.core.instrument.MeterRegistry;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledExecutorService;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.device.MeteredDevice;
import org.lockstepfs.blockdev.device.WriteGuard;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.Superblock;
import org.lockstepfs.fuse.control.Messages.MountStatus;
import org.lockstepfs.fuse.kernel.FuseConnection;
import org.lockstepfs.fuse.metrics.VolumeMeters;
import org.lockstepfs.fuse.ops.VolumeFs;
import org.lockstepfs.fuse.volume.MountOptions;
import org.lockstepfs.fuse.volume.MountedVolume;
import org.lockstepfs.fuse.volume.VolumeLook;
import org.lockstepfs.stack.glue.StackGlue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Mounts volumes: device, volume, cluster, and a FUSE connection through a front end. */
public final class KernelMounter implements Mounter {
  private static final Logger LOG = LoggerFactory.getLogger(KernelMounter.class);

  private final Map<String, FrontEnd> frontEnds;
  private final StackGlue glue;
  private final WriteGuard guard;
  private final Clock clock;
  private final ScheduledExecutorService timer;
  private final MeterRegistry metrics;

  /**
   * Makes a mounter.
   *
   * @param frontEnds by name, {@link FrontEnd#NAMES}
   * @param glue the cluster, for volumes that belong to one
   * @param guard says whether this node may still write
   * @param timer brings the time to lock tables
   * @param metrics where the volumes' meters go
   */
  public KernelMounter(
      Map<String, FrontEnd> frontEnds,
      StackGlue glue,
      WriteGuard guard,
      Clock clock,
      ScheduledExecutorService timer,
      MeterRegistry metrics) {
    this.frontEnds = Map.copyOf(frontEnds);
    this.glue = glue;
    this.guard = guard;
    this.clock = clock;
    this.timer = timer;
    this.metrics = metrics;
  }

  @Override
  public Mounted mount(String path, String dir, Map<String, String> options) throws IOException {
    String frontEnd = frontEnd(options);
    var kernelOptions = kernelOptions(options);
    VolumeDevice device = VolumeDevice.open(path, kernelOptions.readOnly(), guard);
    try {
      MountOptions volumeOptions =
          new MountOptions(
              kernelOptions.readOnly(), options.containsKey("noatime"), !device.isWritable());
      VolumeMeters meters = new VolumeMeters(metrics, device.superblock().uuidString());
      try {
        return mount(frontEnd, device, meters, dir, volumeOptions, kernelOptions);
      } catch (IOException | RuntimeException e) {
        meters.close();
        throw e;
      }
    } catch (CorruptBlockException e) {
      device.close();
      throw new IOException(path + " is damaged: " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) {
      device.close();
      throw e;
    }
  }

  private record Held(String uuid, VolumeDevice device, Closeable heartbeat) implements HeldVolume {
    @Override
    public void close() throws IOException {
      heartbeat.close();
      device.close();
    }
  }

  @Override
  public HeldVolume hold(String path) throws IOException {
    VolumeDevice device = VolumeDevice.open(path, false, guard);
    try (VolumeLook look = VolumeLook.at(device.device())) {
      if (device.isLocal()) {
        throw new IOException(path + " is a local volume, which has no heartbeat");
      }
      Closeable heartbeat = glue.heartbeat(look.identity(), look.heartbeatRegion());
      return new Held(look.superblock().uuidString(), device, heartbeat);
    } catch (IOException | RuntimeException e) {
      device.close();
      throw e;
    }
  }

  /** Returns what mount(2) is told. */
  static org.lockstepfs.fuse.kernel.MountOptions kernelOptions(Map<String, String> options)
      throws IOException {
    return org.lockstepfs.fuse.kernel.MountOptions.parse(String.join(",", words(options)));
  }

  /** Returns the name of the front end that the options choose. */
  private String frontEnd(Map<String, String> options) throws IOException {
    String name = options.getOrDefault(FrontEnd.OPTION, FrontEnd.KERNEL);
    if (!frontEnds.containsKey(name)) {
      throw new IOException("there is no front end '" + name + "', only " + FrontEnd.NAMES);
    }
    return name;
  }

  private static List<String> words(Map<String, String> options) {
    return options.entrySet().stream()
        .map(e -> e.getValue().isEmpty() ? e.getKey() : e.getKey() + "=" + e.getValue())
        .toList();
  }

  private Mounted mount(
      String frontEnd,
      VolumeDevice disk,
      VolumeMeters meters,
      String dir,
      MountOptions options,
      org.lockstepfs.fuse.kernel.MountOptions kernelOptions)
      throws IOException {
    BlockDevice device = new MeteredDevice(disk.device(), meters, System::nanoTime);
    MountedVolume volume =
        disk.isLocal()
            ? MountedVolume.mountLocal(device, options, clock, timer)
            : MountedVolume.mountShared(device, options, clock, glue);
    meters.watchByteRanges(volume.volume().posixLocks().stats());
    if (volume.journalStats().isPresent()) {
      meters.watchJournal(() -> volume.journalStats().orElseThrow());
    }
    meters.watchLocks(type -> volume.volume().dlm().stats(type));
    CompletableFuture<Void> left = new CompletableFuture<>();
    left.whenComplete((done, error) -> meters.close());
    try {
      VolumeFs fs = new VolumeFs(volume.volume(), () -> leave(volume, disk, left));
      var shownOptions = volume.volume().isReadOnly() ? kernelOptions.asReadOnly() : kernelOptions;
      FuseConnection connection =
          frontEnds.get(frontEnd).mount(fs, device.name(), Path.of(dir), shownOptions);
      return new MountedThrough(frontEnd, device.name(), volume, connection, left);
    } catch (IOException | RuntimeException e) {
      volume.close();
      throw e;
    }
  }

  private static void leave(
      MountedVolume volume, VolumeDevice device, CompletableFuture<Void> left) {
    try {
      try (device) {
        volume.close();
      }
      // Not before: whoever waits may want the device for itself.
      left.complete(null);
    } catch (IOException | RuntimeException e) {
      LOG.error("{} was not left cleanly", device.device().name(), e);
      left.completeExceptionally(e);
    }
  }

  private record MountedThrough(
      String frontEnd,
      String device,
      MountedVolume volume,
      FuseConnection connection,
      CompletableFuture<Void> left)
      implements Mounted {
    @Override
    public String devno() {
      return connection.devno();
    }

    @Override
    public boolean readOnly() {
      return volume.volume().isReadOnly();
    }

    @Override
    public void allowWrites() throws IOException {
      volume.volume().allowWrites();
    }

    @Override
    public MountStatus status() {
      Superblock sb = volume.volume().superblock();
      boolean local = volume.volume().isLocal();
      return new MountStatus(
          device,
          devno(),
          List.of(),
          sb.uuidString(),
          sb.label(),
          volume.volume().slot(),
          readOnly(),
          local ? "local" : "cluster");
    }

    @Override
    public void abort() throws IOException {
      connection.abort();
    }
  }
}
