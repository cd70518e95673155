/**
 * The lock manager of the o2cb stack: one {@link org.lockstepfs.locks.o2dlm.O2Dlm} per domain (one
 * mounted volume) and node, message for message what the Linux kernel's o2dlm speaks.
 *
 * <p>Pure: events go in, {@link org.lockstepfs.locks.o2dlm.Effect}s come out. Where a kernel thread
 * would sleep, the operation is parked with the resource or a timer and looks again later; what one
 * event makes possible is done before the event ends.
 *
 * <h2>How it works</h2>
 *
 * <p>A <em>resource</em> is a name of up to 32 bytes. One member, its <em>master</em>, decides who
 * holds it; who needs it first finds the master ({@code Mastery}) or becomes it. A request goes to
 * the master, whose status says that it was accepted ({@code LockCalls}, {@code LockHandlers});
 * later an AST says that it is granted, and BASTs ask holders to give way ({@code MasterQueues},
 * {@code Asts}). Every node but the master keeps its own locks in queues of the same shape. Unused
 * resources are forgotten ({@code Purge}); a master that leaves hands its resources on ({@code
 * MigrationSource}, {@code MigrationTarget}).
 *
 * <p>When a member dies, the file system hears of it first, then each survivor cleans up by itself
 * ({@code NodeDeath}). Survivors race for a lock ({@code RecoveryLock}); the winner tells all
 * others of the death, collects their locks on what the dead node mastered, and masters it from
 * then on ({@code Recovery}, {@code RecoveryMaster}, {@code RecoverySender}, {@code
 * RecoveredLocks}). The last member does so without a message.
 *
 * <h2>Glossary</h2>
 *
 * <dl>
 *   <dt>AST, BAST
 *   <dd>Callback that an operation is complete; that a lock blocks somebody.
 *   <dt>assert
 *   <dd>The master's word to others that it masters a resource.
 *   <dt>cookie
 *   <dd>Identity of a lock in its domain: node number in the top byte, then incarnation and count.
 *   <dt>in-flight
 *   <dd>An operation between finding its resource and standing in a queue.
 *   <dt>LVB
 *   <dd>Lock value block: 64 bytes that go from whoever leaves EX to whoever reads next.
 *   <dt>MLE
 *   <dd>Master list entry: a contest for a name, or its migration, as one node sees it.
 *   <dt>owner
 *   <dd>The master, as one node knows it.
 *   <dt>purge, deref
 *   <dd>Forgetting an unused resource; telling the master so.
 *   <dt>refmap
 *   <dd>The master's set of nodes that know the resource.
 *   <dt>recovery master
 *   <dd>The survivor that takes over all that a dead node mastered.
 *   <dt>reserved
 *   <dd>Callbacks and asserts whose status is outstanding.
 *   <dt>secondary
 *   <dd>A resource on a node that does not master it.
 *   <dt>suspects
 *   <dd>The two of whom one masters a resource, when a death has cut its migration short.
 * </dl>
 *
 * <h2>Messages</h2>
 *
 * <table>
 *   <caption>From, to, and what the status says</caption>
 *   <tr><th>Id<th>Message<th>From, to<th>Status
 *   <tr><td>500<td>MASTER_REQUEST<td>contender to every member<td>NO, YES, MAYBE, ERROR
 *   <tr><td>502<td>ASSERT_MASTER<td>master to members<td>bits REASSERT, MASTERY_REF; negative refuses
 *   <tr><td>503<td>CREATE_LOCK<td>holder to master<td>DlmStatus
 *   <tr><td>504<td>CONVERT_LOCK<td>holder to master<td>DlmStatus
 *   <tr><td>505<td>PROXY_AST<td>master to holder<td>DlmStatus
 *   <tr><td>506<td>UNLOCK_LOCK<td>holder to master<td>DlmStatus, CANCELGRANT among them
 *   <tr><td>507<td>DEREF_LOCKRES<td>secondary to master<td>0 done, 1 in progress
 *   <tr><td>508<td>MIGRATE_REQUEST<td>new master to all but the old<td>bit MASTERY_REF
 *   <tr><td>509<td>MIG_LOCKRES<td>old master to new; survivor to recovery master<td>0; negative refuses
 *   <tr><td>510<td>QUERY_JOIN<td>joiner to live nodes<td>code and minor versions, packed
 *   <tr><td>511, 512<td>ASSERT_JOINED, CANCEL_JOIN<td>joiner to members<td>0
 *   <tr><td>513, 521<td>EXIT_DOMAIN, BEGIN_EXIT_DOMAIN<td>leaver to members<td>0
 *   <tr><td>514<td>MASTER_REQUERY<td>recovery master to members<td>owner, 255 if unknown
 *   <tr><td>515<td>LOCK_REQUEST<td>recovery master to survivors<td>0; negative: ask again
 *   <tr><td>516<td>RECO_DATA_DONE<td>survivor to recovery master<td>0
 *   <tr><td>517<td>BEGIN_RECO<td>recovery master to survivors<td>0; -EAGAIN: not now
 *   <tr><td>518<td>FINALIZE_RECO<td>recovery master to survivors, twice<td>0
 *   <tr><td>519, 520<td>QUERY_REGION, QUERY_NODEINFO<td>joiner to members<td>0 if equal
 *   <tr><td>522<td>DEREF_LOCKRES_DONE<td>master to secondary<td>0
 * </table>
 *
 * <h2>Where it departs from the kernel</h2>
 *
 * <ul>
 *   <li>A winner of mastery works at once; its asserts run beside.
 *   <li>Asserts and the announcements of a migration go to all nodes at the same time.
 *   <li>A lock or conversion that reaches a node after the resource moved away is answered FORWARD,
 *       not IVLOCKID or a grant by the wrong node.
 *   <li>A migration carries the resource's own value block, also when only NL locks are left.
 *   <li>Whoever is gone, by exit or death, loses all locks and references at the masters at once;
 *       what a dead node held is granted when that node is recovered, not when any is.
 *   <li>A new master asserts to the old one first: whether a migration took place depends on the
 *       old master alone, whoever dies. What is in doubt is settled by MASTER_REQUERY and an
 *       assert.
 *   <li>A survivor changes owners at the second stage of FINALIZE_RECO, and a recovery whose master
 *       died between the stages is done or undone by all alike.
 *   <li>A recovery master announces all deaths that it knows before it recovers one. Two that begin
 *       at once need each other's consent; the higher number gives way.
 *   <li>A request whose status was lost with its master is repeated, and masters know repetitions.
 *       A lock that was being lowered counts as lowered, and its value block is not trusted.
 *   <li>A death during a join makes the joiner begin again.
 * </ul>
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlm.
 */
package org.lockstepfs.locks.o2dlm;
