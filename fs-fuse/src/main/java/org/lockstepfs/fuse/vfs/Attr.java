package org.lockstepfs.fuse.vfs;

/**
 * Attributes of an inode, as stat(2) shows them.
 *
 * @param ino inode number: the dinode's block number
 * @param size bytes
 * @param blocks units of 512 bytes
 * @param atime time of last access
 * @param mtime time of last change of content
 * @param ctime time of last change of status
 * @param mode type and permission bits
 * @param nlink number of names
 * @param rdev device number in the kernel's encoding; 0 unless a device node
 * @param blksize preferred unit of I/O in bytes
 */
public record Attr(
    long ino,
    long size,
    long blocks,
    TimeSpec atime,
    TimeSpec mtime,
    TimeSpec ctime,
    int mode,
    int nlink,
    int uid,
    int gid,
    int rdev,
    int blksize) {}
