/**
 * The queues of one lock resource and the rules by which locks are granted, for both lock managers
 * and all six modes.
 *
 * <p>A resource has three queues: <em>granted</em>, <em>converting</em> (granted, and waiting for
 * another mode) and <em>blocked</em> (waiting for the first mode). A {@link
 * org.lockstepfs.locks.resource.QueuedLock} stands in one {@link
 * org.lockstepfs.locks.resource.LockQueue} at most; {@link
 * org.lockstepfs.locks.resource.GrantRules} answers what may be granted beside what stands there.
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmlock.c, dlmconvert.c, dlmthread.c; fs/dlm/lock.c.
 */
package org.lockstepfs.locks.resource;
