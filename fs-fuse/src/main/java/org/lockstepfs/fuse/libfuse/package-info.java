/**
 * What every file system on jnr-fuse needs: libfuse 2 loaded once, a mount that comes and goes with
 * the daemon, and the question whether a caller was interrupted.
 *
 * <p>libfuse serves each request on a thread of its own, so that one that waits holds up no other.
 * No signals are used: a signal that interrupts a caller reaches the file system as an answer to a
 * question it asks ({@code fuse_interrupted(3)}).
 */
package org.lockstepfs.fuse.libfuse;
