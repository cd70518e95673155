package org.lockstepfs.stack.glue;

import java.io.Closeable;
import java.io.IOException;
import org.lockstepfs.blockdev.device.BlockDevice;

/**
 * Opens connections to the cluster on the plug-in that {@code cluster_stack} selects.
 *
 * <p>One plug-in is in force per process while any connection lives.
 */
public interface StackGlue {

  /** What a volume says about the cluster that it belongs to. */
  record VolumeIdentity(
      String uuid, String label, String stackLabel, String clusterName, String devicePath) {}

  /**
   * Where the volume's heartbeat file lies. Its unit is the device's logical sector and not the
   * file system's block: the kernel, which insists on that, puts node N's heartbeat in sector N of
   * the file (fs/ocfs2/cluster/heartbeat.c, o2hb_region_dev_store).
   *
   * @param firstBlock number of the file's first block on the device, in units of {@code blockSize}
   * @param blockSize bytes of one node's heartbeat block
   * @param blocks number of blocks, one per node number, at most 255
   */
  record HeartbeatRegion(BlockDevice device, long firstBlock, int blockSize, int blocks) {
    private static final int MAX_BLOCKS = 255;

    /**
     * Finds the blocks in the first extent of the heartbeat file.
     *
     * @param offset of the extent on the device, in bytes
     * @param length of the extent, in bytes
     */
    public static HeartbeatRegion of(BlockDevice device, long offset, long length) {
      int sector = device.sectorSize();
      int blocks = (int) Math.min(MAX_BLOCKS, length / sector);
      return new HeartbeatRegion(device, offset / sector, sector, blocks);
    }
  }

  /**
   * Joins the volume's domain: starts its heartbeat, waits until it is steady, joins the lock
   * domain.
   *
   * @param recovery hears of members that die while the connection lives
   * @throws IOException with a one-line reason: wrong stack or cluster (names both), node not
   *     configured, node number in use, join refused, time-out
   */
  ClusterConnection connect(
      VolumeIdentity volume,
      HeartbeatRegion region,
      LockingProtocol protocol,
      RecoveryHandler recovery)
      throws IOException;

  /**
   * Joins a lock domain that belongs to no volume, on the stack in force, whatever that is ({@code
   * ocfs2_cluster_connect_agnostic}). Such a domain has no heartbeat of its own: its nodes know of
   * each other's lives by the heartbeats of volumes that they have mounted.
   *
   * @param domain its name, 1 to 63 characters
   * @throws org.lockstepfs.blockdev.sys.ErrnoException ENOTCONN if this node has no heartbeat, or
   *     does not see that of another member of the cluster
   * @throws IOException as {@link #connect}
   */
  ClusterConnection connectAgnostic(
      String domain, LockingProtocol protocol, RecoveryHandler recovery) throws IOException;

  /**
   * Beats this node's heart on a volume, whether it is mounted or not, and makes this node a member
   * of the volume's cluster. At most one such heartbeat a volume.
   *
   * @return ends it; a mount's own goes on. Fails with EBUSY, and nothing ends, while lock domains
   *     without a volume need it
   * @throws IOException with a one-line reason, as {@link #connect}
   */
  Closeable heartbeat(VolumeIdentity volume, HeartbeatRegion region) throws IOException;
}
