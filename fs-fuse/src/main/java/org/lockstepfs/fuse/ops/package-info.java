/**
 * The file system's operations on a mounted volume: {@link org.lockstepfs.fuse.ops.VolumeFs} is
 * what a front end calls; one class per concern behind it.
 *
 * <p>An operation locks first the inodes it needs (local and cluster lock at once, in the order
 * that {@link org.lockstepfs.fuse.inode.LockedInode} gives), then reserves space, then opens a
 * journal handle, changes blocks, and closes all of it in reverse.
 */
package org.lockstepfs.fuse.ops;
