package org.lockstepfs.stack.glue;

import java.io.IOException;

/**
 * Opens connections to the cluster on the plug-in that {@code cluster_stack} selects.
 *
 * <p>One plug-in is in force per process while any connection lives.
 */
public interface StackGlue {

  /** What a volume says about the cluster that it belongs to. */
  record VolumeIdentity(
      String uuid, String label, String stackLabel, String clusterName, String devicePath) {}

  /** What the connection needs of the volume to beat its heart: where the heartbeat file lies. */
  record HeartbeatRegion(
      org.lockstepfs.blockdev.device.BlockDevice device,
      long firstBlock,
      int blockSize,
      int blocks) {}

  /**
   * Joins the volume's domain: starts its heartbeat, waits until it is steady, joins the lock
   * domain.
   *
   * @throws IOException with a one-line reason: wrong stack or cluster (names both), node not
   *     configured, node number in use, join refused, time-out
   */
  ClusterConnection connect(VolumeIdentity volume, HeartbeatRegion region, LockingProtocol protocol)
      throws IOException;
}
