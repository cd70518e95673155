package org.lockstepfs.fuse.extent;

import org.lockstepfs.blockdev.format.ExtentList;

/**
 * The records of a node, to search, shift and rewrite.
 *
 * <p>In a leaf the first record may be empty (no clusters): a place kept for an insert. Indexes
 * count it; {@link #first} is the first index that means something.
 */
final class RecordList {
  private final ExtentList list;

  RecordList(ExtentList list) {
    this.list = list;
  }

  int depth() {
    return list.treeDepth();
  }

  boolean isLeaf() {
    return list.isLeaf();
  }

  /** Returns the number of records that fit. */
  int count() {
    return list.count();
  }

  int nextFree() {
    return list.nextFree();
  }

  /** Empties the list and gives it a depth. */
  void clear(int depth) {
    for (int i = 0; i < list.count(); i++) {
      list.clear(i);
    }
    list.setTreeDepth(depth);
    list.setNextFree(0);
  }

  /** Takes over depth and records of another list that has at most this one's room. */
  void copyFrom(RecordList other) {
    clear(other.depth());
    list.setNextFree(other.nextFree());
    for (int i = 0; i < other.nextFree(); i++) {
      list.set(i, other.list.get(i));
    }
  }

  long cpos(int i) {
    return list.cpos(i);
  }

  long clusters(int i) {
    return list.clusters(i);
  }

  long block(int i) {
    return list.blkno(i);
  }

  long end(int i) {
    return list.cpos(i) + list.clusters(i);
  }

  Mapping get(int i) {
    return new Mapping(list.cpos(i), list.clusters(i), list.blkno(i), list.flags(i));
  }

  void set(int i, Mapping rec) {
    list.set(i, rec.cpos(), rec.clusters(), rec.block(), rec.flags());
  }

  /** Makes an interior record cover from {@code start} to {@code end}. */
  void setSpan(int i, long start, long end) {
    list.set(i, start, end - start, list.blkno(i), 0);
  }

  private boolean hasEmptyHead() {
    return list.isLeaf() && list.nextFree() > 0 && list.clusters(0) == 0;
  }

  /** Returns the index of the first record that is not empty. */
  int first() {
    return hasEmptyHead() ? 1 : 0;
  }

  /** Returns the number of records that are not empty. */
  int used() {
    return list.nextFree() - first();
  }

  int last() {
    return list.nextFree() - 1;
  }

  boolean hasRoom() {
    return used() < list.count();
  }

  /** Returns the last record that starts at or before {@code cpos}; {@code first() - 1} if none. */
  int find(long cpos) {
    int low = first();
    int high = last();
    while (low <= high) {
      int mid = (low + high) >>> 1;
      if (list.cpos(mid) <= cpos) {
        low = mid + 1;
      } else {
        high = mid - 1;
      }
    }
    return high;
  }

  /** Drops the empty record at the front, if there is one: indexes shrink by {@link #first}. */
  void compact() {
    if (hasEmptyHead()) {
      remove(0);
    }
  }

  /**
   * Puts an empty record at the front if there is room. It repeats position and block of the record
   * behind it, since fsck.ocfs2 takes any record without a block for damage.
   */
  void pad() {
    if (!hasEmptyHead() && list.nextFree() > 0 && list.nextFree() < list.count()) {
      insert(0, new Mapping(list.cpos(0), 0, list.blkno(0), 0));
    }
  }

  void insert(int i, Mapping rec) {
    int n = list.nextFree();
    list.setNextFree(n + 1);
    list.move(i, i + 1, n - i);
    set(i, rec);
  }

  void remove(int i) {
    int n = list.nextFree();
    list.move(i + 1, i, n - i - 1);
    list.clear(n - 1);
    list.setNextFree(n - 1);
  }
}
