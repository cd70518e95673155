/**
 * The lock manager of the user stack: one {@link org.lockstepfs.locks.fsdlm.FsDlm} per lockspace
 * (one mounted volume) and node, by the rules of Linux fs/dlm, with messages of its own.
 *
 * <p>Pure: events go in, {@link org.lockstepfs.locks.fsdlm.Effect}s come out. Who the members are,
 * somebody else decides; what changes them comes in as stop and start.
 *
 * <h2>How it works</h2>
 *
 * <p>A <em>resource</em> is a name of up to 32 bytes. Its hash picks one node of the set, its
 * <em>directory node</em> ({@code Directory}), which knows the <em>master</em>; the first node that
 * asks is made the master ({@code Mastery}). A caller's operation ({@code LockCalls}) goes to the
 * master ({@code Operations}), which keeps a copy of every lock, decides ({@code MasterHandlers},
 * {@code MasterOps}, {@code Granting}) and answers at once ({@code HolderHandlers}); what it queued
 * it grants later, and asks holders in the way to give up. A resource without locks is forgotten
 * after a while ({@code Toss}).
 *
 * <p>A change of the set runs through four barriers ({@code Recovery}, {@code Barrier}):
 *
 * <ol>
 *   <li>NODES: all have the new set, and grant nothing any more. Unused resources are forgotten.
 *   <li>DIR: every node has asked all others what they master of its share of the directory.
 *   <li>LOCKS: operations that waited for a dead node are told or marked to be sent again ({@code
 *       RecoverWaiters}); locks of dead nodes are gone; resources of dead masters have new ones,
 *       which know all locks ({@code RecoverMasters}).
 *   <li>DONE: masters have settled unknown modes and the value blocks ({@code RecoverResources}).
 * </ol>
 *
 * <p>Then messages that came meanwhile are handled ({@code RequestQueue}), marked operations are
 * sent, and what can be granted is.
 *
 * <h2>Glossary</h2>
 *
 * <dl>
 *   <dt>AST, BAST
 *   <dd>Callback that an operation has ended; that a lock is in somebody's way.
 *   <dt>copy
 *   <dd>The master's record of another node's lock; the holder's own is its process copy.
 *   <dt>demotion
 *   <dd>Giving up the granted mode, down to NL, while the conversion waits (CONVDEADLK).
 *   <dt>first, uncertain
 *   <dd>The one request that finds out whether a remembered master still is; others wait for it.
 *   <dt>incarnation
 *   <dd>One life of a node in the lockspace.
 *   <dt>lkb, rsb
 *   <dd>Lock block, resource block: a lock, a resource.
 *   <dt>LVB
 *   <dd>Lock value block: 64 bytes that writers leave for readers.
 *   <dt>middle conversion
 *   <dd>Between PR and CW, neither of which is the stronger.
 *   <dt>overlap
 *   <dd>A cancel or forced unlock of an operation whose answer is out.
 *   <dt>remaster
 *   <dd>To give a resource a new master after the old one's death.
 *   <dt>sequence
 *   <dd>Number of a set of members; every message carries its sender's.
 *   <dt>toss
 *   <dd>To put a resource without locks aside, to be forgotten.
 * </dl>
 *
 * <h2>Messages</h2>
 *
 * <table>
 *   <caption>From, to, fields, answer</caption>
 *   <tr><th>Id<th>Message<th>From, to<th>Fields<th>Answer
 *   <tr><td>1<td>REQUEST<td>holder to master<td>lkid, mode, flags, name<td>5
 *   <tr><td>2<td>CONVERT<td>holder to master<td>lkid, mode, flags, LVB if it writes
 *       <td>6; none if it goes down
 *   <tr><td>3<td>UNLOCK<td>holder to master<td>lkid, flags, LVB if it writes<td>7
 *   <tr><td>4<td>CANCEL<td>holder to master<td>lkid<td>8
 *   <tr><td>5<td>REQUEST_REPLY<td>master to holder<td>lkid, result, DEMOTED, VALNOTVALID, LVB
 *       <td>
 *   <tr><td>6, 7, 8<td>CONVERT_, UNLOCK_, CANCEL_REPLY<td>master to holder<td>as 5<td>
 *   <tr><td>9<td>GRANT<td>master to holder<td>as 5<td>
 *   <tr><td>10<td>BAST<td>master to holder<td>lkid, mode<td>
 *   <tr><td>11<td>LOOKUP<td>anybody to directory node<td>lkid, name<td>12
 *   <tr><td>12<td>LOOKUP_REPLY<td>directory node back<td>lkid, master<td>
 *   <tr><td>13<td>REMOVE<td>master to directory node<td>name<td>
 *   <tr><td>20<td>STATUS<td>lowest node to all, all to lowest<td>none
 *       <td>21, in the same sequence only
 *   <tr><td>21<td>STATUS_REPLY<td>back; unasked to and from the lowest<td>bits of RecoverStatus
 *       <td>
 *   <tr><td>22<td>NAMES<td>directory node to all<td>how many it has<td>23
 *   <tr><td>23<td>NAMES_REPLY<td>back<td>how many came before, last, names<td>
 *   <tr><td>24<td>MASTER_LOOKUP<td>holder to directory node<td>name<td>25
 *   <tr><td>25<td>MASTER_LOOKUP_REPLY<td>back<td>name, master<td>
 *   <tr><td>26<td>LOCK_STATE<td>holder to new master<td>all of a lock<td>27
 *   <tr><td>27<td>LOCK_STATE_REPLY<td>back<td>lkid<td>
 * </table>
 *
 * <p>Recovery messages (20 and above) count in their own sequence only, and so do those of the
 * directory (11 to 13), which every recovery builds anew: what was asked before is asked again. The
 * others outlive a recovery as long as both ends do.
 *
 * <h2>Where it departs from the kernel</h2>
 *
 * <ul>
 *   <li>The directory is a table of its own; a lookup at a directory node that is the master is
 *       answered, not taken as a request.
 *   <li>Master and holder name a lock by the holder's node and number; there is no remote id.
 *   <li>A cancel or forced unlock waits also for the answer to a conversion, so that one message at
 *       most is out per lock.
 *   <li>Who reaches a barrier says so unasked; asking is for nodes that had not started yet.
 *   <li>Calls are taken during a recovery and begin at its end.
 *   <li>A resource that was ever without a complete master is looked up again in every recovery,
 *       until one has got all nodes past LOCKS.
 *   <li>A waiting conversion that keeps an earlier one from its mode and is itself kept by nothing
 *       but the order is granted: a recovery can leave such a pair.
 *   <li>A new lock that NOORDER lets past those who wait is asked at once to give way to them, and
 *       so is who is granted when another is demoted.
 *   <li>After the master's death a middle conversion is unknown also when it was queued, not only
 *       while its answer is out; all that are unknown settle on one mode. A conversion with
 *       CONVDEADLK counts as demoted, since it may have been.
 *   <li>A value block outlives its master only in a lock above CR that read or wrote it validly in
 *       its present mode. A writer that dies makes it invalid, whatever its last flags were.
 *   <li>VALBLK hands out zeros when the resource has no value, instead of leaving the caller's
 *       bytes.
 *   <li>HEADQUE, ALTPR, ALTCW, PERSISTENT, ORPHAN, TIMEOUT, node weights and the mode without a
 *       directory are left out.
 * </ul>
 *
 * <p>Source: Linux 6.1 fs/dlm.
 */
package org.lockstepfs.locks.fsdlm;
