package org.lockstepfs.fuse.alloc;

import org.lockstepfs.blockdev.format.SubAllocation;

/**
 * A metadata block taken from a suballocator. The last three go into the block itself (i_suballoc_*
 * of a dinode, h_suballoc_* of an extent block), so that it can be freed.
 *
 * @param block block number on the volume
 * @param slot slot whose suballocator it came from
 * @param group block of the group descriptor if the group is discontiguous, else 0
 * @param bit bit in the group's bitmap
 */
public record ClaimedBlock(long block, int slot, long group, int bit) {

  /** Joins a block's number and what is stored in the block. */
  public static ClaimedBlock of(long block, SubAllocation origin) {
    return new ClaimedBlock(block, origin.slot(), origin.group(), origin.bit());
  }

  /** Returns what is to be stored in the block. */
  public SubAllocation origin() {
    return new SubAllocation(slot, bit, group);
  }
}
