package org.lockstepfs.fuse.vfs;

/**
 * A lock request or a conflicting lock.
 *
 * @param owner the kernel's opaque owner
 * @param start first byte
 * @param end last byte, inclusive; {@link Long#MAX_VALUE} for "to the end"
 * @param pid process id
 */
public record FileLock(long owner, long start, long end, Type type, int pid) {
  /** What is asked for. */
  public enum Type {
    /** Shared. */
    READ,
    /** Exclusive. */
    WRITE,
    /** Release. */
    UNLOCK
  }
}
