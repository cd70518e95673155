package org.lockstepfs.blockdev.journal;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The changes that reach the log together. Guarded by the journal's lock, except that the committer
 * alone reads a locked transaction without handles.
 */
final class Transaction {
  /** Where a transaction stands. */
  enum State {
    /** Handles may join. */
    RUNNING,
    /** Nobody may join any more; its handles are awaited. */
    LOCKED,
    /** Its images are taken and on their way to the log. */
    COMMITTING,
    /** Durable in the log; some of its images may not be at home yet. */
    COMMITTED
  }

  final int tid;
  final long startedNanos;
  State state = State.RUNNING;
  int openHandles;

  /** Blocks that open handles may still dirty. */
  int reservedBlocks;

  /** What the handles have dirtied; a block's latest buffer. */
  final Map<Long, MetaBuffer> dirty = new LinkedHashMap<>();

  /** Blocks freed and not dirtied again. */
  final Set<Long> revoked = new HashSet<>();

  /** Copies of the dirty blocks, by block number; set when committing starts. */
  final Map<Long, byte[]> images = new HashMap<>();

  /** Images that are committed here, in no later transaction, and not at home yet. */
  final Map<Long, byte[]> unwritten = new HashMap<>();

  int logStart;
  int logBlocks;

  Transaction(int tid, long startedNanos) {
    this.tid = tid;
    this.startedNanos = startedNanos;
  }

  boolean isEmpty() {
    return dirty.isEmpty() && revoked.isEmpty();
  }

  /** Returns the number of metadata blocks that it has or may still get. */
  int expectedBlocks() {
    return dirty.size() + reservedBlocks;
  }

  /** Copies every dirty block; no handle is open, so nobody changes them. */
  void takeImages(int blockSize) {
    for (MetaBuffer buffer : dirty.values()) {
      byte[] image = new byte[blockSize];
      buffer.data().get(0, image);
      images.put(buffer.block(), image);
    }
  }

  /** Drops what it refers to, for a cached buffer may keep the transaction itself alive. */
  void release() {
    dirty.clear();
    revoked.clear();
  }
}
