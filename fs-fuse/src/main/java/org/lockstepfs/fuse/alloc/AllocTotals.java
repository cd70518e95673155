package org.lockstepfs.fuse.alloc;

/**
 * Space of a volume, for statfs(2).
 *
 * @param clusters total
 * @param freeClusters free, this node's window and truncate log included
 * @param inodes blocks in the inode allocators of all slots
 * @param freeInodes free ones among them, plus those that free clusters could become
 */
public record AllocTotals(long clusters, long freeClusters, long inodes, long freeInodes) {}
