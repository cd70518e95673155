package org.lockstepfs.fuse.alloc;

/**
 * Space of a volume, for statfs(2). Like the kernel, files count as one cluster each.
 *
 * @param clusters total
 * @param freeClusters free, those in this node's window and truncate log included
 */
public record AllocTotals(long clusters, long freeClusters) {}
