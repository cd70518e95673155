/**
 * Cluster-wide byte-range locks ({@code fcntl}) of one volume, as a pure state machine.
 *
 * <p>The locks of a file live in one table on one node, its <em>table owner</em>; a file that only
 * one node locks costs no message. Other nodes send their requests to the owner and keep a
 * <em>process copy</em> of what they were granted. Who owns a file's table is known to the file's
 * <em>directory node</em>: a hash of the inode number over the sorted members of the view. The
 * first node that asks becomes the owner.
 *
 * <p>When the view changes, every member asks every other one for what concerns its share of the
 * directory: the tables that still have an owner, and the process copies of tables whose owner is
 * gone. With the last answer the directory node takes those tables over, rebuilt from the copies,
 * and begins to answer. A node that leaves and a node that dies are the same case: nothing depends
 * on what the gone node still knew.
 *
 * <p>Requests to a living owner need no agreement on the view; only the directory does. Messages
 * between two incarnations arrive once and in order (see {@link
 * org.lockstepfs.locks.plock.PlockEnvelope}); every request is answered, so none is sent twice
 * unless it certainly was not done, or its owner is gone.
 *
 * <p>{@link org.lockstepfs.locks.plock.PlockDevice} is no part of that engine but takes its place
 * where another program keeps the locks: the kernel's half of {@code dlm_plock}.
 */
package org.lockstepfs.locks.plock;
