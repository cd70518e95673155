package org.lockstepfs.fuse.inode;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;

/**
 * The inodes in memory, by block number, at most one per block.
 *
 * <p>An inode stays as long as somebody refers to it: the kernel (lookups not yet forgotten), an open
 * file, or an operation in progress. Idle ones are kept for a while, with their cluster locks, up to
 * a fixed number; the one idle longest is evicted first. Thread-safe.
 */
public final class InodeTable {
  private final LongFunction<Inode> factory;
  private final int maxIdle;
  private final Map<Long, Inode> inodes = new ConcurrentHashMap<>();
  private final Map<Long, Inode> idle = new LinkedHashMap<>();

  /**
   * Makes an empty table.
   *
   * @param factory makes the inode of a block, without reading it
   * @param maxIdle how many unreferenced inodes to keep
   */
  public InodeTable(LongFunction<Inode> factory, int maxIdle) {
    this.factory = factory;
    this.maxIdle = maxIdle;
  }

  /** Returns the inode of a block and counts a reference to it. */
  public Inode get(long block) {
    while (true) {
      Inode inode = inodes.computeIfAbsent(block, factory::apply);
      if (inode.ref()) {
        return inode;
      }
      inodes.remove(block, inode);
    }
  }

  /** Returns the inode of a block if it is in memory, with a reference counted, else null. */
  public Inode getIfPresent(long block) {
    Inode inode = inodes.get(block);
    return inode != null && inode.ref() ? inode : null;
  }

  /** Returns {@code count} references; the inode may be evicted when none is left. */
  public void put(Inode inode, long count) {
    if (!inode.unref(count)) {
      return;
    }
    List<Inode> victims = new ArrayList<>(1);
    synchronized (idle) {
      idle.remove(inode.block());
      idle.put(inode.block(), inode);
      while (idle.size() > maxIdle) {
        var eldest = idle.entrySet().iterator();
        victims.add(eldest.next().getValue());
        eldest.remove();
      }
    }
    victims.forEach(this::evict);
  }

  private void evict(Inode inode) {
    if (inode.retire()) {
      inodes.remove(inode.block(), inode);
      inode.dropLocks();
    }
  }

  /** Evicts an inode that was deleted on disk as soon as nobody refers to it. */
  public void evictIfIdle(long block) {
    Inode inode;
    synchronized (idle) {
      inode = idle.remove(block);
    }
    if (inode != null) {
      evict(inode);
    }
  }

  /** Drops every inode, referenced or not, with its cluster locks; the volume is being left. */
  public void clear() {
    synchronized (idle) {
      idle.clear();
    }
    for (Inode inode : inodes.values()) {
      inodes.remove(inode.block(), inode);
      inode.dropLocks();
    }
  }

  /** Returns the number of inodes in memory. */
  public int size() {
    return inodes.size();
  }
}
