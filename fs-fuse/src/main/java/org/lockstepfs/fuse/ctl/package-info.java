/**
 * The control file system, mounted by a node's daemon at {@code RUNDIR/NODE/ctl}: the user-space
 * counterpart of {@code /sys/fs/ocfs2} and of o2cb's configfs, and with {@link
 * org.lockstepfs.fuse.dlmfs} below it of dlmfs. {@link org.lockstepfs.fuse.ctl.Dir} and {@link
 * org.lockstepfs.fuse.ctl.Leaf} are what a tree is made of; {@link
 * org.lockstepfs.fuse.ctl.ControlFs} shows a tree to the kernel.
 *
 * <p>Source of names and contents: Linux 6.1 fs/ocfs2/stackglue.c, cluster/heartbeat.c,
 * cluster/nodemanager.c.
 */
package org.lockstepfs.fuse.ctl;
