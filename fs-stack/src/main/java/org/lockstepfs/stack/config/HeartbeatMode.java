package org.lockstepfs.stack.config;

/** Where a cluster beats its heart ({@code heartbeat_mode} in cluster.conf). */
public enum HeartbeatMode {
  /** In the heartbeat file of each mounted volume. */
  LOCAL,
  /** In the regions that the configuration lists, whatever is mounted. */
  GLOBAL
}
