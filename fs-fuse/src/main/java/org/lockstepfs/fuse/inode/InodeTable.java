package org.lockstepfs.fuse.inode;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inodes in memory, by block number, at most one per block.
 *
 * <p>An inode stays as long as somebody refers to it: the kernel (lookups not yet forgotten), an
 * open file, or an operation in progress. Idle ones are kept for a while, with their cluster locks,
 * up to a fixed number; the one idle longest is evicted first. Thread-safe.
 */
public final class InodeTable {
  private static final Logger LOG = LoggerFactory.getLogger(InodeTable.class);

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

  /** Returns the inode of a block, to which the caller knows that somebody refers, or null. */
  public Inode peek(long block) {
    return inodes.get(block);
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
      drop(inode);
    }
  }

  private static void drop(Inode inode) {
    try {
      inode.metaLock().drop();
    } catch (IOException e) {
      LOG.warn("{}: lock could not be dropped", inode, e);
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

  /** Forgets every inode, referenced or not; the caller drops their locks to leave the volume. */
  public List<Inode> removeAll() {
    synchronized (idle) {
      idle.clear();
    }
    List<Inode> all = new ArrayList<>(inodes.values());
    inodes.clear();
    return all;
  }

  /** Returns the number of inodes in memory. */
  public int size() {
    return inodes.size();
  }
}
