/**
 * The user stack: any cluster label but {@code o2cb}. Locks are kept by {@link
 * org.lockstepfs.locks.fsdlm.FsDlm}, whose members the {@code control} package agrees on;
 * heartbeat, transport, quorum, self-fence and membership are those of {@link
 * org.lockstepfs.stack.node.StackNode}.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/stack_user.c.
 */
package org.lockstepfs.stack.user;
