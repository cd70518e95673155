package org.lockstepfs.blockdev.format;

import java.nio.ByteBuffer;

/**
 * A node of an extent tree, inside a dinode, an extent block or a group descriptor.
 *
 * <pre>
 * 00  l_tree_depth    le16   0: the records are extents of the file
 * 02  l_count         le16   records that there is room for
 * 04  l_next_free_rec le16   records in use
 * 06  reserved        10
 * 10  l_recs[]               16 bytes each
 *     +0 e_cpos       le32   cluster within the file
 *     +4 interior: e_int_clusters le32
 *        leaf:     e_leaf_clusters le16, reserved u8, e_flags u8
 *     +8 e_blkno      le64
 * </pre>
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, struct ocfs2_extent_list.
 */
public final class ExtentList {
  /** Bytes before the first record. */
  public static final int HEADER_SIZE = 0x10;

  /** Bytes of a record. */
  public static final int RECORD_SIZE = 0x10;

  private static final int TREE_DEPTH = 0x00;
  private static final int COUNT = 0x02;
  private static final int NEXT_FREE_REC = 0x04;
  private static final int REC_CPOS = 0x0;
  private static final int REC_CLUSTERS = 0x4;
  private static final int REC_FLAGS = 0x7;
  private static final int REC_BLKNO = 0x8;

  private final ByteBuffer block;
  private final int start;

  ExtentList(ByteBuffer block, int start) {
    this.block = block;
    this.start = start;
  }

  /** Returns how many records fit into so many bytes, header included. */
  static int capacity(int bytes) {
    return (bytes - HEADER_SIZE) / RECORD_SIZE;
  }

  /** Returns the records that a dinode's list holds when no attributes stand inline. */
  public static int perDinode(int blockSize) {
    return capacity(blockSize - Dinode.ID2);
  }

  /** Returns the records that an extent block's list holds. */
  public static int perExtentBlock(int blockSize) {
    return capacity(blockSize - ExtentBlock.LIST);
  }

  /** Returns the records that a discontiguous group descriptor's list holds. */
  public static int perGroupDescriptor(int blockSize) {
    return capacity(blockSize - GroupDescriptor.LIST);
  }

  /** Insists that the counts fit the space. */
  void check(long blkno, int capacity) throws CorruptBlockException {
    Check.atMost(blkno, "l_tree_depth", treeDepth(), Limits.MAX_TREE_DEPTH);
    Check.atMost(blkno, "l_count", count(), capacity);
    Check.atMost(blkno, "l_next_free_rec", nextFree(), count());
  }

  /** Empties the list: depth 0, nothing in use, room for {@code count} records. */
  void init(int count) {
    for (int at = start; at < start + HEADER_SIZE + count * RECORD_SIZE; at += 8) {
      block.putLong(at, 0);
    }
    block.putShort(start + COUNT, (short) count);
  }

  /** Returns the levels below this node; 0 in a leaf. */
  public int treeDepth() {
    return block.getShort(start + TREE_DEPTH) & 0xFFFF;
  }

  /** Sets the levels below this node. */
  public void setTreeDepth(int depth) {
    block.putShort(start + TREE_DEPTH, (short) depth);
  }

  /** Returns whether the records are extents of the file. */
  public boolean isLeaf() {
    return treeDepth() == 0;
  }

  /** Returns how many records there is room for. */
  public int count() {
    return block.getShort(start + COUNT) & 0xFFFF;
  }

  /** Sets how many records there is room for. */
  public void setCount(int count) {
    block.putShort(start + COUNT, (short) count);
  }

  /** Returns how many records are in use. */
  public int nextFree() {
    return block.getShort(start + NEXT_FREE_REC) & 0xFFFF;
  }

  /** Sets how many records are in use. */
  public void setNextFree(int records) {
    block.putShort(start + NEXT_FREE_REC, (short) records);
  }

  /** Returns whether every record is in use. */
  public boolean isFull() {
    return nextFree() >= count();
  }

  /** Returns the first cluster that record {@code i} covers. */
  public long cpos(int i) {
    return block.getInt(record(i) + REC_CPOS) & 0xFFFF_FFFFL;
  }

  /** Returns the clusters that record {@code i} covers; the depth decides how wide the field is. */
  public long clusters(int i) {
    int at = record(i) + REC_CLUSTERS;
    return isLeaf() ? block.getShort(at) & 0xFFFF : block.getInt(at) & 0xFFFF_FFFFL;
  }

  /** Returns the first block of extent {@code i}, or its child extent block. */
  public long blkno(int i) {
    return block.getLong(record(i) + REC_BLKNO);
  }

  /** Returns the flags of record {@code i}; zero in an interior node. */
  public int flags(int i) {
    return isLeaf() ? block.get(record(i) + REC_FLAGS) & 0xFF : 0;
  }

  /** Returns a copy of record {@code i}. */
  public ExtentRecord get(int i) {
    return new ExtentRecord(cpos(i), clusters(i), blkno(i), flags(i));
  }

  /**
   * Writes record {@code i} in the form that the depth asks for.
   *
   * @throws IllegalArgumentException if a leaf record is longer than {@link
   *     ExtentRecord#MAX_LEAF_CLUSTERS}
   */
  public void set(int i, ExtentRecord rec) {
    set(i, rec.cpos(), rec.clusters(), rec.blkno(), rec.flags());
  }

  /** As {@link #set(int, ExtentRecord)}, field by field. */
  public void set(int i, long cpos, long clusters, long blkno, int flags) {
    int at = record(i);
    if (isLeaf()) {
      if (clusters > ExtentRecord.MAX_LEAF_CLUSTERS) {
        throw new IllegalArgumentException("leaf extent of " + clusters + " clusters");
      }
      block.putInt(at + REC_CLUSTERS, (int) clusters | flags << 24);
    } else {
      block.putInt(at + REC_CLUSTERS, (int) clusters);
    }
    block.putInt(at + REC_CPOS, (int) cpos);
    block.putLong(at + REC_BLKNO, blkno);
  }

  /** Changes the clusters and flags of record {@code i} only. */
  public void resize(int i, long clusters, int flags) {
    set(i, cpos(i), clusters, blkno(i), flags);
  }

  /** Copies {@code records} records from index {@code from} to index {@code to}; may overlap. */
  public void move(int from, int to, int records) {
    int step = from < to ? -1 : 1;
    for (int n = from < to ? records - 1 : 0; n >= 0 && n < records; n += step) {
      int source = record(from + n);
      int target = record(to + n);
      block.putLong(target, block.getLong(source));
      block.putLong(target + 8, block.getLong(source + 8));
    }
  }

  /** Zeroes record {@code i}. */
  public void clear(int i) {
    block.putLong(record(i), 0);
    block.putLong(record(i) + 8, 0);
  }

  /**
   * Returns the index of the record in use that covers a cluster of the file, or -1. Records are in
   * order of cluster; only the first of a leaf may be empty.
   */
  public int find(long cluster) {
    int low = 0;
    int high = nextFree() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long cpos = cpos(middle);
      if (cluster < cpos) {
        high = middle - 1;
      } else if (cluster >= cpos + clusters(middle)) {
        low = middle + 1;
      } else {
        return middle;
      }
    }
    return -1;
  }

  private int record(int i) {
    if (i < 0 || i >= count()) {
      throw new IndexOutOfBoundsException("extent record " + i + " of " + count());
    }
    return start + HEADER_SIZE + i * RECORD_SIZE;
  }
}
