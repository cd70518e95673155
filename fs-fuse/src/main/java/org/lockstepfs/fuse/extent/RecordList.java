package org.lockstepfs.fuse.extent;

import java.nio.ByteBuffer;

/**
 * An extent list as records to search, shift and rewrite.
 *
 * <pre>
 *   0  u16 l_tree_depth       0: leaf
 *   2  u16 l_count            records there is room for
 *   4  u16 l_next_free_rec    records in use
 *  16  records, 16 bytes each:
 *        0  u32 e_cpos
 *        4  interior: u32 e_int_clusters
 *           leaf:     u16 e_leaf_clusters, u8 reserved, u8 e_flags
 *        8  u64 e_blkno
 * </pre>
 *
 * <p>In a leaf the first record may be empty (no clusters): a place kept for an insert. Indexes
 * count it; {@link #first} is the first index that means something.
 *
 * <p>Source: struct ocfs2_extent_list in Linux 6.1 fs/ocfs2/ocfs2_fs.h.
 */
final class RecordList {
  static final int HEADER = 16;
  static final int RECORD = 16;

  /** Most clusters that one leaf record can hold. */
  static final int MAX_LEAF_CLUSTERS = 0xFFFF;

  private static final long U32 = 0xFFFF_FFFFL;

  private final ByteBuffer data;
  private final int base;

  RecordList(ByteBuffer data, int base) {
    this.data = data;
    this.base = base;
  }

  int depth() {
    return Short.toUnsignedInt(data.getShort(base));
  }

  boolean isLeaf() {
    return depth() == 0;
  }

  /** Returns the number of records that fit. */
  int count() {
    return Short.toUnsignedInt(data.getShort(base + 2));
  }

  int nextFree() {
    return Short.toUnsignedInt(data.getShort(base + 4));
  }

  private void setNextFree(int n) {
    data.putShort(base + 4, (short) n);
  }

  /** Makes the list empty, with the given depth and room. */
  void format(int depth, int count) {
    data.putShort(base, (short) depth);
    data.putShort(base + 2, (short) count);
    for (int i = 4; i < HEADER + count * RECORD; i += Integer.BYTES) {
      data.putInt(base + i, 0);
    }
  }

  /** Takes over depth and records of another list that has at most this one's room. */
  void copyFrom(RecordList other) {
    int count = count();
    format(other.depth(), count);
    setNextFree(other.nextFree());
    data.put(at(0), other.data, other.at(0), other.nextFree() * RECORD);
  }

  private int at(int i) {
    return base + HEADER + i * RECORD;
  }

  long cpos(int i) {
    return data.getInt(at(i)) & U32;
  }

  long clusters(int i) {
    return isLeaf() ? Short.toUnsignedInt(data.getShort(at(i) + 4)) : data.getInt(at(i) + 4) & U32;
  }

  long block(int i) {
    return data.getLong(at(i) + 8);
  }

  int flags(int i) {
    return isLeaf() ? Byte.toUnsignedInt(data.get(at(i) + 7)) : 0;
  }

  long end(int i) {
    return cpos(i) + clusters(i);
  }

  Mapping get(int i) {
    return new Mapping(cpos(i), clusters(i), block(i), flags(i));
  }

  void set(int i, Mapping rec) {
    data.putInt(at(i), (int) rec.cpos());
    if (isLeaf()) {
      data.putInt(at(i) + 4, (int) rec.clusters() | rec.flags() << 24);
    } else {
      data.putInt(at(i) + 4, (int) rec.clusters());
    }
    data.putLong(at(i) + 8, rec.block());
  }

  /** Makes an interior record cover from {@code start} to {@code end}. */
  void setSpan(int i, long start, long end) {
    data.putInt(at(i), (int) start);
    data.putInt(at(i) + 4, (int) (end - start));
  }

  private boolean hasEmptyHead() {
    return isLeaf() && nextFree() > 0 && clusters(0) == 0;
  }

  /** Returns the index of the first record that is not empty. */
  int first() {
    return hasEmptyHead() ? 1 : 0;
  }

  /** Returns the number of records that are not empty. */
  int used() {
    return nextFree() - first();
  }

  int last() {
    return nextFree() - 1;
  }

  boolean hasRoom() {
    return used() < count();
  }

  /** Returns the last record that starts at or before {@code cpos}; {@code first() - 1} if none. */
  int find(long cpos) {
    int low = first();
    int high = last();
    while (low <= high) {
      int mid = (low + high) >>> 1;
      if (cpos(mid) <= cpos) {
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
    if (!hasEmptyHead() && nextFree() > 0 && nextFree() < count()) {
      insert(0, new Mapping(cpos(0), 0, block(0), 0));
    }
  }

  void insert(int i, Mapping rec) {
    int n = nextFree();
    data.put(at(i + 1), data, at(i), (n - i) * RECORD);
    setNextFree(n + 1);
    set(i, rec);
  }

  void remove(int i) {
    int n = nextFree();
    data.put(at(i), data, at(i + 1), (n - i - 1) * RECORD);
    setNextFree(n - 1);
    data.putLong(at(n - 1), 0);
    data.putLong(at(n - 1) + 8, 0);
  }
}
