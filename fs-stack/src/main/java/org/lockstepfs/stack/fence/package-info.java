/**
 * How a node stops itself before its peers take over what it held.
 *
 * <p>{@link org.lockstepfs.stack.fence.SelfFence} is a node's one switch: it holds the deadlines of
 * all its heartbeats, is asked before every device write, and once thrown stays so. What is done to
 * the process then is the {@link org.lockstepfs.stack.fence.Fence} of whoever runs it: the kernel
 * resets the machine, a daemon ends itself.
 *
 * <p>What this can promise and what not: no write is issued behind the deadline, for the last check
 * is a clock reading right before the system call. A write that was issued in time and that the
 * storage holds back until after the peers' verdict is beyond any software on this node; peers
 * leave it the time between deadline and verdict ({@link
 * org.lockstepfs.stack.o2hb.HeartbeatTiming}). Only fencing at the storage closes that gap: {@link
 * org.lockstepfs.stack.fence.PeerFence}, with which peers take over only when a program has shut
 * the silent node out.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/cluster/quorum.c (o2quo_fence_self), heartbeat.c
 * (o2hb_write_timeout).
 */
package org.lockstepfs.stack.fence;
