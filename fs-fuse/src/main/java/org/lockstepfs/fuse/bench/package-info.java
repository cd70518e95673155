/**
 * {@code lockstep bench}: measures file systems through their mount points with system calls, so
 * that any two can be compared.
 *
 * <p>Each measurement runs for a bounded time or number of operations. Threads suffice for most;
 * locks of processes are measured with processes ({@link org.lockstepfs.fuse.bench.HandOffWorker}).
 */
package org.lockstepfs.fuse.bench;
