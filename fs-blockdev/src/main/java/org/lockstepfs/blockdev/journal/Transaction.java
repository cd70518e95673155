package org.lockstepfs.blockdev.journal;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** What one transaction has changed so far. Guarded by the journal. */
final class Transaction {
  private final int id;
  private final Map<Long, MetaBuffer> dirty = new LinkedHashMap<>();
  private final Set<Long> revoked = new HashSet<>();
  private int openHandles;
  private int reservedBlocks;

  Transaction(int id) {
    this.id = id;
  }

  int id() {
    return id;
  }

  Map<Long, MetaBuffer> dirty() {
    return dirty;
  }

  Set<Long> revoked() {
    return revoked;
  }

  boolean isEmpty() {
    return dirty.isEmpty() && revoked.isEmpty();
  }

  int openHandles() {
    return openHandles;
  }

  /** Returns how many blocks it has or may still get. */
  int size() {
    return dirty.size() + revoked.size() + reservedBlocks;
  }

  void open(int credits) {
    openHandles++;
    reservedBlocks += credits;
  }

  void reserve(int credits) {
    reservedBlocks += credits;
  }

  void close(int unusedCredits) {
    openHandles--;
    reservedBlocks -= unusedCredits;
  }

  /** Adds a block; returns whether it is new here. */
  boolean add(MetaBuffer buffer) {
    revoked.remove(buffer.block());
    return dirty.put(buffer.block(), buffer) == null;
  }
}
