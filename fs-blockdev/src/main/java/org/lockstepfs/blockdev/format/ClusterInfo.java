package org.lockstepfs.blockdev.format;

/**
 * The cluster that a volume belongs to, as its superblock says; meaningful with {@link
 * Feature#CLUSTERINFO} or {@link Feature#USERSPACE_STACK} only.
 *
 * @param stack label of the cluster stack, four characters
 * @param flags {@link #GLOBAL_HEARTBEAT}
 * @param cluster name of the cluster, up to 16 characters
 */
public record ClusterInfo(String stack, int flags, String cluster) {
  /** The o2cb stack heartbeats on devices of its own instead of on each volume. */
  public static final int GLOBAL_HEARTBEAT = 0x01;

  /** Label of the classic stack. */
  public static final String CLASSIC_STACK = "o2cb";

  /** Characters of a stack label. */
  public static final int STACK_LENGTH = 4;

  /** Most characters of a cluster name. */
  public static final int CLUSTER_LENGTH = 16;
}
