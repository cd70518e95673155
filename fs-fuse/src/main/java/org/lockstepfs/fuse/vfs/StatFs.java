package org.lockstepfs.fuse.vfs;

/**
 * Totals of a file system, as statfs(2) shows them.
 *
 * @param blockSize unit of the block counts, in bytes
 * @param blocks total
 * @param bfree free
 * @param bavail free for ordinary users
 * @param files inodes, used and free
 * @param ffree free inodes
 * @param nameMax longest name in bytes
 */
public record StatFs(
    int blockSize, long blocks, long bfree, long bavail, long files, long ffree, int nameMax) {}
