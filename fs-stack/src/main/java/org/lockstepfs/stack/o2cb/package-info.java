/**
 * The o2cb plug-in: o2dlm as in the kernel. Heartbeat, o2net, quorum and byte-range locks are those
 * of {@link org.lockstepfs.stack.node}.
 *
 * <p>The lock engine is pure; {@code DlmDomain} steps it in a {@link
 * org.lockstepfs.stack.mailbox.Mailbox}, on whichever thread brings an event.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/stack_o2cb.c.
 */
package org.lockstepfs.stack.o2cb;
