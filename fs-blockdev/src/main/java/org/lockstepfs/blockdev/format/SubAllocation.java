package org.lockstepfs.blockdev.format;

/**
 * Where a metadata block was allocated: kept in the block itself, for the time it is freed.
 *
 * @param slot slot whose suballocator owns it; {@link Limits#INVALID_SLOT} for the global inode
 *     allocator
 * @param bit bit within the group
 * @param group block number of the group descriptor; 0 means {@code block - bit}, which is how
 *     volumes without discontiguous groups do it
 */
public record SubAllocation(int slot, int bit, long group) {

  /** Returns the group descriptor's block, given the number of the allocated block. */
  public long groupOf(long blkno) {
    return group != 0 ? group : blkno - bit;
  }
}
