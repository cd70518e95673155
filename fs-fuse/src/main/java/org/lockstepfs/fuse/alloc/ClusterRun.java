package org.lockstepfs.fuse.alloc;

/**
 * Adjacent clusters on the volume.
 *
 * @param start first cluster
 * @param count number of clusters, at least 1
 */
public record ClusterRun(long start, int count) {}
