/**
 * The file system's lock cache: what it holds of the cluster's locks, and how it gives them up.
 *
 * <p>{@link org.lockstepfs.fuse.dlmglue.DlmGlue} belongs to a volume and speaks to its {@code
 * ClusterConnection}. A {@link org.lockstepfs.fuse.dlmglue.LockRes} is one cluster lock, kept after
 * its last user until another node wants it: the blocking callback marks it BLOCKED, the
 * downconvert thread asks its owner's {@link org.lockstepfs.fuse.dlmglue.LockOps} to make the disk
 * current and the caches empty, and converts it down. {@code LockState} holds the rules without a
 * thread in them. {@link org.lockstepfs.fuse.dlmglue.FlockRes} is flock(2): one uncached lock per
 * open file, whose waiters hold no thread.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.c.
 */
package org.lockstepfs.fuse.dlmglue;
