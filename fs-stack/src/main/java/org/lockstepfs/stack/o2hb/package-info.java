/**
 * o2hb: the disk heartbeat. Every node writes its own block of the volume's heartbeat file
 * periodically and reads everybody's: a block that changes belongs to a live node, one that has
 * stopped changing for long enough to a dead one.
 *
 * <p>{@link org.lockstepfs.stack.o2hb.RegionHeartbeat} is one volume's heartbeat, a beat at a time;
 * {@link org.lockstepfs.stack.o2hb.HeartbeatRunner} gives it a thread and the time; {@link
 * org.lockstepfs.stack.o2hb.LiveNodes} joins all volumes' views into one and calls listeners in the
 * order of their priority. Quorum and self-fencing build on {@code LiveNodes} and on {@link
 * org.lockstepfs.stack.o2hb.RegionHeartbeat#lastWriteNanos}.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/cluster/heartbeat.c, ocfs2_heartbeat.h.
 */
package org.lockstepfs.stack.o2hb;
