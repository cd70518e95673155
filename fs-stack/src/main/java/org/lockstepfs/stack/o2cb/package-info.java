/**
 * The o2cb plug-in: disk heartbeat, o2net and o2dlm as in the kernel, and cluster-wide byte-range
 * locks, which the kernel's o2cb has not.
 *
 * <p>{@link org.lockstepfs.stack.o2cb.O2cbNode} is what a node has once: transport, live nodes,
 * membership. An {@code O2cbConnection} is what it has per mounted volume: heartbeat region, lock
 * domain, byte-range locks. Lock engines are pure; {@code DlmDomain} and the plock package step
 * them in a {@link org.lockstepfs.stack.mailbox.Mailbox}, on whichever thread brings an event.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/stack_o2cb.c.
 */
package org.lockstepfs.stack.o2cb;
