/**
 * dlmfs: cluster locks as files. A directory is a lock domain that this node has joined, a file in
 * it a lock, an open file a holding of it, and its content the lock value block.
 *
 * <p>As in the kernel's, holders on one node do not exclude each other. Unlike there, a lock goes
 * back to the cluster with its last holder, so that a try elsewhere fails only if somebody holds
 * the lock; and a caller that waits can be interrupted.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmfs/dlmfs.c, userdlm.c.
 */
package org.lockstepfs.fuse.dlmfs;
