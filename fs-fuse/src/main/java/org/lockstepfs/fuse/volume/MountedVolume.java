package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import org.lockstepfs.blockdev.device.BlockDevice;
import org.lockstepfs.blockdev.format.Superblock;
import org.lockstepfs.blockdev.journal.JournalStats;
import org.lockstepfs.fuse.dlmglue.DlmGlue;
import org.lockstepfs.stack.glue.ClusterConnection;
import org.lockstepfs.stack.glue.PosixLocks;
import org.lockstepfs.stack.glue.StackGlue;
import org.lockstepfs.stack.plock.LocalPosixLocks;

/** A volume together with its place in the cluster, from mount to unmount. */
public final class MountedVolume implements AutoCloseable {
  private static final int LOCAL_NODE = 0;

  private final Volume volume;
  private final VolumeMount mount;
  private final DlmGlue dlm;
  private final ClusterConnection connection;

  private MountedVolume(
      Volume volume, VolumeMount mount, DlmGlue dlm, ClusterConnection connection) {
    this.volume = volume;
    this.mount = mount;
    this.dlm = dlm;
    this.connection = connection;
  }

  /** Returns the journal's figures; empty for a volume that is mounted without one. */
  public Optional<JournalStats> journalStats() {
    return mount.journalStats();
  }

  /** Returns the volume, for operations. */
  public Volume volume() {
    return volume;
  }

  /**
   * Mounts a volume that belongs to one node.
   *
   * @param timer brings the time to the lock table
   * @throws IOException with a one-line reason
   */
  public static MountedVolume mountLocal(
      BlockDevice device, MountOptions options, Clock clock, ScheduledExecutorService timer)
      throws IOException {
    Superblock superblock = Superblock.read(device);
    DlmGlue dlm = DlmGlue.local(device.name());
    LocalPosixLocks locks = new LocalPosixLocks(timer);
    try {
      return start(device, superblock, options, clock, dlm, null, locks, new RecoveryMap());
    } catch (IOException | RuntimeException e) {
      dlm.close();
      locks.close();
      throw e;
    }
  }

  private static MountedVolume start(
      BlockDevice device,
      Superblock superblock,
      MountOptions options,
      Clock clock,
      DlmGlue dlm,
      ClusterConnection connection,
      PosixLocks posixLocks,
      RecoveryMap dead)
      throws IOException {
    FeatureCheck.check(superblock, device.name());
    boolean readOnly = options.readOnly() || FeatureCheck.readsOnly(superblock);
    Volume volume =
        new Volume(
            device,
            superblock,
            new MountOptions(readOnly, options.noatime(), options.hardReadOnly()),
            dlm,
            posixLocks,
            clock,
            new SecureRandom().nextInt(),
            dead);
    int node = connection == null ? LOCAL_NODE : connection.thisNode();
    VolumeMount mount = new VolumeMount(volume, node, dead);
    mount.start();
    return new MountedVolume(volume, mount, dlm, connection);
  }

  /**
   * Mounts a volume in its cluster.
   *
   * @throws IOException with a one-line reason
   */
  public static MountedVolume mountShared(
      BlockDevice device, MountOptions options, Clock clock, StackGlue glue) throws IOException {
    Superblock superblock = Superblock.read(device);
    FeatureCheck.check(superblock, device.name());
    DlmGlue dlm = new DlmGlue(device.name());
    RecoveryMap dead = new RecoveryMap();
    ClusterConnection connection =
        glue.connect(
            VolumeLook.identity(superblock, device.name()), heartbeatRegion(device), dlm, dead);
    try {
      dlm.start(connection);
      PosixLocks locks =
          connection
              .posixLocks()
              .orElseThrow(() -> new IOException("this cluster stack has no byte-range locks"));
      return start(device, superblock, options, clock, dlm, connection, locks, dead);
    } catch (IOException | RuntimeException e) {
      dlm.close();
      try {
        connection.disconnect();
      } catch (IOException afterwards) {
        e.addSuppressed(afterwards);
      }
      throw e;
    }
  }

  private static StackGlue.HeartbeatRegion heartbeatRegion(BlockDevice device) throws IOException {
    try (VolumeLook look = VolumeLook.at(device)) {
      return look.heartbeatRegion();
    }
  }

  /** Unmounts: the volume is clean on disk afterwards, and the other nodes wait for nothing. */
  @Override
  public void close() throws IOException {
    IOException failure = null;
    try {
      mount.stop();
    } catch (IOException e) {
      failure = e;
    }
    dlm.close();
    if (volume.posixLocks() instanceof LocalPosixLocks own) {
      own.close();
    }
    if (connection != null) {
      disconnect(failure);
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Disconnects, even after a failure, which counts more than one that may follow from it. */
  private void disconnect(IOException failure) throws IOException {
    try {
      connection.disconnect();
    } catch (IOException e) {
      if (failure == null) {
        throw e;
      }
      failure.addSuppressed(e);
    }
  }
}
