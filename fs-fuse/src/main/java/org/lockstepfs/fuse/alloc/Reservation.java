package org.lockstepfs.fuse.alloc;

import java.util.Collection;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What one operation is going to claim and free, so that the allocators can be locked in order
 * before its journal handle starts. Immutable.
 *
 * @param inodes inodes to claim
 * @param metaBlocks blocks to claim from an extent allocator
 * @param clusters clusters to claim, in any number of runs
 * @param freedRuns runs of clusters to free; each may take a record of the truncate log
 * @param inodeSlots slots whose inode allocators get inodes back
 * @param blockSlots slots whose extent allocators get blocks back
 */
public record Reservation(
    int inodes,
    int metaBlocks,
    long clusters,
    int freedRuns,
    SortedSet<Integer> inodeSlots,
    SortedSet<Integer> blockSlots) {

  private static final Reservation NONE =
      new Reservation(0, 0, 0, 0, new TreeSet<>(), new TreeSet<>());

  /** Copies the sets. */
  public Reservation {
    inodeSlots = new TreeSet<>(inodeSlots);
    blockSlots = new TreeSet<>(blockSlots);
  }

  /** Returns the reservation of nothing, to start from. */
  public static Reservation none() {
    return NONE;
  }

  /** Adds inodes to claim. */
  public Reservation withInodes(int more) {
    return new Reservation(inodes + more, metaBlocks, clusters, freedRuns, inodeSlots, blockSlots);
  }

  /** Adds metadata blocks to claim. */
  public Reservation withMetaBlocks(int more) {
    return new Reservation(inodes, metaBlocks + more, clusters, freedRuns, inodeSlots, blockSlots);
  }

  /** Adds clusters to claim. */
  public Reservation withClusters(long more) {
    return new Reservation(inodes, metaBlocks, clusters + more, freedRuns, inodeSlots, blockSlots);
  }

  /** Adds runs of clusters to free; a run is contiguous on the volume. */
  public Reservation withFreedRuns(int more) {
    return new Reservation(inodes, metaBlocks, clusters, freedRuns + more, inodeSlots, blockSlots);
  }

  /** Adds an inode to free, by its i_suballoc_slot. */
  public Reservation withFreedInode(int slot) {
    SortedSet<Integer> slots = new TreeSet<>(inodeSlots);
    slots.add(slot);
    return new Reservation(inodes, metaBlocks, clusters, freedRuns, slots, blockSlots);
  }

  /** Adds metadata blocks to free, by the slots of their suballocators. */
  public Reservation withFreedBlocks(Collection<Integer> slots) {
    SortedSet<Integer> all = new TreeSet<>(blockSlots);
    all.addAll(slots);
    return new Reservation(inodes, metaBlocks, clusters, freedRuns, inodeSlots, all);
  }
}
