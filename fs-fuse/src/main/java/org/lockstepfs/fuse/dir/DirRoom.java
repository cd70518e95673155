package org.lockstepfs.fuse.dir;

/**
 * Where a new entry goes.
 *
 * @param logical block of the directory
 * @param growth what has to happen first
 */
public record DirRoom(long logical, Growth growth) {
  /** How a directory makes room. */
  public enum Growth {
    /** There is room. */
    NONE,
    /** A block more, in a cluster that the directory has. */
    BLOCK,
    /** A cluster more, and a block in it. */
    CLUSTER,
    /** Entries leave the dinode for a block of their own. */
    CONVERT
  }
}
