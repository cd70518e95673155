package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.meta.Geometry;

/**
 * A group descriptor: a stretch of clusters or blocks and its bitmap. A suballocator's group may be
 * discontiguous: its pieces are then listed behind the bitmap.
 *
 * <p>Source: struct ocfs2_group_desc in Linux 6.1 fs/ocfs2/ocfs2_fs.h.
 */
final class Group {
  private static final long SIGNATURE = 0x00313050554f5247L; // "GROUP01\0"
  private static final int SIZE = 0x08;
  private static final int BITS = 0x0A;
  private static final int FREE = 0x0C;
  private static final int CHAIN = 0x0E;
  private static final int GENERATION = 0x10;
  private static final int NEXT = 0x18;
  private static final int PARENT = 0x20;
  private static final int BLKNO = 0x28;
  private static final int BITMAP = 0x40;
  private static final int LIST = 0x140;
  private static final int LIST_RECORDS = LIST + 0x10;
  private static final int RECORD = 16;

  /** Bytes of the bitmap of a group that may be discontiguous. */
  static final int SMALL_BITMAP = LIST - BITMAP;

  private static final int INCOMPAT_DISCONTIG_BG = 0x2000;
  private static final long U32 = 0xFFFF_FFFFL;

  private final MetaBuffer buffer;
  private final ByteBuffer data;

  private Group(MetaBuffer buffer) {
    this.buffer = buffer;
    this.data = buffer.data();
  }

  /** Opens a group of an allocator and checks it. */
  static Group open(MetaBuffer buffer, ChainDinode owner, Geometry geometry) throws IOException {
    Group group = new Group(buffer);
    String fault = group.fault(owner, geometry);
    if (fault != null) {
      throw new IOException("Corrupt group descriptor at block " + buffer.block() + ": " + fault);
    }
    return group;
  }

  private String fault(ChainDinode owner, Geometry geometry) {
    if (data.getLong(0) != SIGNATURE) {
      return "bg_signature";
    }
    if (data.getLong(BLKNO) != buffer.block()) {
      return "bg_blkno " + data.getLong(BLKNO);
    }
    if (data.getInt(GENERATION) != geometry.fsGeneration()) {
      return "bg_generation";
    }
    if (data.getLong(PARENT) != owner.block()) {
      return "bg_parent_dinode " + data.getLong(PARENT);
    }
    if (size() > data.capacity() - BITMAP || bits() > size() * 8) {
      return "bg_bits " + bits() + " in " + size() + " bytes";
    }
    if (bits() > owner.bitsPerGroup() || free() > bits()) {
      return "bg_free_bits_count " + free() + " of " + bits();
    }
    if (chain() >= owner.chains()) {
      return "bg_chain " + chain();
    }
    if (isDiscontiguous() && pieces() > (data.capacity() - LIST_RECORDS) / RECORD) {
      return "l_next_free_rec " + pieces();
    }
    return null;
  }

  /**
   * Formats an empty group; {@link #addPiece} or {@link #setContiguous} gives it blocks.
   *
   * @param next the group that becomes second in the chain
   */
  static Group format(MetaBuffer buffer, ChainDinode owner, int chain, long next, Geometry geo) {
    Group group = new Group(buffer);
    ByteBuffer data = buffer.data();
    boolean small = (geo.incompat() & INCOMPAT_DISCONTIG_BG) != 0;
    data.putLong(0, SIGNATURE);
    data.putShort(SIZE, (short) (small ? SMALL_BITMAP : geo.blockSize() - BITMAP));
    data.putShort(CHAIN, (short) chain);
    data.putInt(GENERATION, geo.fsGeneration());
    data.putLong(NEXT, next);
    data.putLong(PARENT, owner.block());
    data.putLong(BLKNO, buffer.block());
    return group;
  }

  void setContiguous(int bits) {
    data.putShort(BITS, (short) bits);
    claimDescriptor();
  }

  /** Adds a piece to a discontiguous group. */
  void addPiece(long block, int clusters, int bitsPerCluster) {
    int n = pieces();
    if (n == 0) {
      data.putShort(LIST + 2, (short) maxPieces(data.capacity()));
    }
    int at = LIST_RECORDS + n * RECORD;
    data.putInt(at, bits() / bitsPerCluster);
    data.putInt(at + 4, clusters);
    data.putLong(at + 8, block);
    data.putShort(LIST + 4, (short) (n + 1));
    data.putShort(BITS, (short) (bits() + clusters * bitsPerCluster));
    claimDescriptor();
  }

  private void claimDescriptor() {
    bitmap().set(0, 1);
    data.putShort(FREE, (short) (bits() - 1));
  }

  static boolean mayBeDiscontiguous(Geometry geo) {
    return (geo.incompat() & INCOMPAT_DISCONTIG_BG) != 0;
  }

  static int maxPieces(int blockSize) {
    return (blockSize - LIST_RECORDS) / RECORD;
  }

  void dirty(Handle handle) throws IOException {
    handle.dirty(buffer);
  }

  long block() {
    return buffer.block();
  }

  private int size() {
    return Short.toUnsignedInt(data.getShort(SIZE));
  }

  int bits() {
    return Short.toUnsignedInt(data.getShort(BITS));
  }

  int free() {
    return Short.toUnsignedInt(data.getShort(FREE));
  }

  int chain() {
    return Short.toUnsignedInt(data.getShort(CHAIN));
  }

  long next() {
    return data.getLong(NEXT);
  }

  void setNext(long group) {
    data.putLong(NEXT, group);
  }

  Bitmap bitmap() {
    return new Bitmap(data, BITMAP, bits());
  }

  /** Returns a bitmap that ends early, for a group that reaches behind the volume's end. */
  Bitmap bitmap(int limit) {
    return new Bitmap(data, BITMAP, Math.min(bits(), limit));
  }

  /** Sets bits that are clear. */
  void claim(int start, int count) {
    bitmap().set(start, count);
    data.putShort(FREE, (short) (free() - count));
  }

  /** Clears bits that are set. */
  void release(int start, int count) throws IOException {
    if (start < 0 || start + count > bits() || !bitmap().isAll(start, count, true)) {
      throw new IOException(
          "Group descriptor at block "
              + block()
              + ": freeing bits "
              + start
              + "+"
              + count
              + " of "
              + bits()
              + ", which are not all in use");
    }
    bitmap().clear(start, count);
    data.putShort(FREE, (short) (free() + count));
  }

  boolean isDiscontiguous() {
    return size() == SMALL_BITMAP && data.capacity() >= LIST_RECORDS && pieces() > 0;
  }

  private int pieces() {
    return Short.toUnsignedInt(data.getShort(LIST + 4));
  }

  /** Returns the block of a bit; for groups of blocks, not of clusters. */
  long blockOf(int bit, int bitsPerCluster) throws IOException {
    if (!isDiscontiguous()) {
      return block() + bit;
    }
    for (int i = 0; i < pieces(); i++) {
      int at = LIST_RECORDS + i * RECORD;
      long first = (data.getInt(at) & U32) * bitsPerCluster;
      long count = (long) Short.toUnsignedInt(data.getShort(at + 4)) * bitsPerCluster;
      if (bit >= first && bit < first + count) {
        return data.getLong(at + 8) + bit - first;
      }
    }
    throw new IOException("Group descriptor at block " + block() + ": no piece holds bit " + bit);
  }
}
