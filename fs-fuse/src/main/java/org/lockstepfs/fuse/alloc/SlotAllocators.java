package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.IntFunction;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.inode.LockedInode;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.locks.mode.LockMode;

/**
 * The block allocators of one kind, inode_alloc or extent_alloc, of all slots.
 *
 * <p>A slot claims from its own allocator; when that is full and cannot grow, it steals from the
 * other slots' and stays with the one that had something for a while, so that a full volume is not
 * searched anew for every file.
 *
 * <p>Source: ocfs2_steal_resource in Linux 6.1 fs/ocfs2/suballoc.c.
 */
final class SlotAllocators {
  private static final int MAX_TO_STEAL = 1024;

  private final IntFunction<LockedInode> files;
  private final Geometry geometry;
  private final int ownSlot;
  private final int slots;
  private final Map<Integer, BlockAllocator> allocators = new ConcurrentHashMap<>();
  private int stealFrom = -1;
  private int stolen;

  SlotAllocators(IntFunction<LockedInode> files, Geometry geometry, int ownSlot, int slots) {
    this.files = files;
    this.geometry = geometry;
    this.ownSlot = ownSlot;
    this.slots = slots;
  }

  /** Allocators of several slots, locked in the order of slots. */
  static final class Locked implements LockedInode.Held {
    private final Map<Integer, BlockAllocator> bySlot = new TreeMap<>();
    private final Deque<LockedInode.Held> locks = new ArrayDeque<>();
    private BlockAllocator source;

    /** Returns the allocator to claim from. */
    BlockAllocator source() {
      return source;
    }

    /** Returns the allocator of a slot that was asked for. */
    BlockAllocator slot(int slot) {
      BlockAllocator found = bySlot.get(slot);
      if (found == null) {
        throw new IllegalStateException("Allocator of slot " + slot + " was not reserved");
      }
      return found;
    }

    @Override
    public void close() {
      while (!locks.isEmpty()) {
        locks.pop().close();
      }
    }
  }

  /**
   * Locks the allocators of some slots, and one with free blocks.
   *
   * @param claims free blocks wanted, 0 for none
   * @param frees slots whose allocators get blocks back
   * @throws ErrnoException with ENOSPC if no slot has so many free blocks
   */
  Locked lock(int claims, SortedSet<Integer> frees, Journal journal, ClusterAllocator clusters)
      throws IOException {
    if (claims == 0) {
      return lockAll(frees);
    }
    int first = firstToTry();
    for (int i = 0; i < slots; i++) {
      int slot = (first + i) % slots;
      SortedSet<Integer> all = new TreeSet<>(frees);
      all.add(slot);
      Locked locked = lockAll(all);
      boolean enough = false;
      try {
        locked.source = locked.slot(slot);
        enough = hasFree(locked.source, claims, journal, clusters);
      } finally {
        if (!enough) {
          locked.close();
        }
      }
      if (enough) {
        remember(slot);
        return locked;
      }
    }
    throw new ErrnoException(Errno.ENOSPC, "No slot has " + claims + " free blocks");
  }

  private Locked lockAll(SortedSet<Integer> wanted) throws IOException {
    Locked locked = new Locked();
    boolean done = false;
    try {
      for (int slot : wanted) {
        BlockAllocator allocator = allocator(slot);
        locked.locks.push(allocator.lock(LockMode.EX));
        locked.bySlot.put(slot, allocator);
      }
      done = true;
      return locked;
    } finally {
      if (!done) {
        locked.close();
      }
    }
  }

  private BlockAllocator allocator(int slot) throws IOException {
    if (slot < 0 || slot >= slots) {
      throw new IOException("Suballocator slot " + slot + " of " + slots + " does not exist");
    }
    return allocators.computeIfAbsent(slot, s -> new BlockAllocator(files.apply(s), geometry, s));
  }

  private boolean hasFree(
      BlockAllocator source, int claims, Journal journal, ClusterAllocator clusters)
      throws IOException {
    while (source.free() < claims) {
      if (source.slot() != ownSlot) {
        return false;
      }
      try (LockedInode.Held lock = clusters.lock(LockMode.EX)) {
        if (!source.grow(journal, clusters)) {
          return false;
        }
      }
    }
    return true;
  }

  private synchronized int firstToTry() {
    return stealFrom >= 0 ? stealFrom : ownSlot;
  }

  private synchronized void remember(int slot) {
    if (slot == ownSlot || ++stolen > MAX_TO_STEAL) {
      stopStealing();
    } else {
      stealFrom = slot;
    }
  }

  /** Tries the own slot again next time, because clusters came free. */
  synchronized void stopStealing() {
    stealFrom = -1;
    stolen = 0;
  }
}
