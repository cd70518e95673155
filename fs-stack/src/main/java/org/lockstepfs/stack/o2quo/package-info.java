/**
 * o2quo: which side of a broken network goes on.
 *
 * <p>Nodes that heartbeat on the disk but cannot talk to each other must not both carry on. Each
 * node counts for itself the nodes that beat and those of them that it can talk to, and fences
 * itself unless it is on the side that {@link org.lockstepfs.stack.o2quo.Quorum} tells to go on. No
 * vote is taken: all nodes see the same heartbeats, so the sides come to opposite conclusions.
 *
 * <p>What this decides rightly is a split into groups whose members all reach each other. Where A
 * reaches C and B reaches C but A and B have lost each other, all three may find themselves in the
 * majority; nobody is fenced then and the lost link stays lost, as with the kernel.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/cluster/quorum.c; tcp.c, o2net_still_up.
 */
package org.lockstepfs.stack.o2quo;
