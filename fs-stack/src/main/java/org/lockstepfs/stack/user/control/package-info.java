/**
 * The control daemon of the user stack: who is in a volume's lockspace. {@link
 * org.lockstepfs.stack.user.control.ViewAgreement} makes the nodes agree on one set after the
 * other; pure, stepped by the lock domain.
 *
 * <p>A node takes part from its first HELLO until its LEAVE or its death. Every node tells every
 * live node, so all come to know the same participants. The lowest of them proposes the set with a
 * sequence of its own (a counter and its number, so that no two sets have one): PREPARE, at which
 * the lock managers stop; and when all have consented, COMMIT, at which they start. Whoever knows
 * of other participants than those proposed does not consent, and the proposer tries again: so a
 * set goes into force only when each of its nodes has itself seen who died, and has told the file
 * system. A node that was stopped by a proposer who is gone says so to the lowest, who proposes
 * once more.
 *
 * <p>HELLO and its answer also say which minor version of the locking protocol a node runs or could
 * run; the first set fixes it, and PREPARE carries it.
 *
 * <p>Who is dead, the heartbeat says, not before the dead node's own deadline has passed: that is
 * the fence {@code lease}. Which side of a split goes on, quorum decides by the same heartbeats, as
 * in the o2cb stack; or, where nothing is written to the disk for it, votes do both ({@link
 * org.lockstepfs.stack.votes}).
 *
 * <p>Source: ocfs2-tools ocfs2_controld and dlm_controld (member.c, cpg.c), whose part it plays;
 * the protocol is our own.
 */
package org.lockstepfs.stack.user.control;
