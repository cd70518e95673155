package org.lockstepfs.locks.plock;

/**
 * A held lock that stands in the way.
 *
 * @param owner its owner
 * @param pid the process that set it
 * @param start first byte
 * @param end last byte, inclusive; {@link Long#MAX_VALUE} for "to the end"
 * @param exclusive whether it is a write lock
 */
public record PlockConflict(PlockOwner owner, int pid, long start, long end, boolean exclusive) {}
