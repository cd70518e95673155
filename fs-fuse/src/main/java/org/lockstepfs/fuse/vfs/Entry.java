package org.lockstepfs.fuse.vfs;

/**
 * What a name stands for. Every entry given to the kernel counts one reference to the node, which
 * {@link FileSystem#forget} returns.
 *
 * @param nodeId number by which the kernel names the inode from now on; 1 is the root
 * @param generation tells apart inodes that had the same number
 * @param entryValidMs how long the kernel may trust the name without asking, in milliseconds
 * @param attrValidMs how long the kernel may trust the attributes, in milliseconds
 */
public record Entry(long nodeId, long generation, Attr attr, long entryValidMs, long attrValidMs) {}
