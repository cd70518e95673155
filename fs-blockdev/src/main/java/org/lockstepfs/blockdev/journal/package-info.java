/**
 * JBD2: transactions over metadata blocks, commit, checkpoint, revoke and replay, in the kernel's
 * own log format.
 */
package org.lockstepfs.blockdev.journal;
