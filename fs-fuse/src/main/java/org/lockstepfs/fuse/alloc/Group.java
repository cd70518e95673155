package org.lockstepfs.fuse.alloc;

import java.io.IOException;
import org.lockstepfs.blockdev.format.Bitmap;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.ExtentList;
import org.lockstepfs.blockdev.format.Feature;
import org.lockstepfs.blockdev.format.GroupDescriptor;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.meta.Geometry;

/** A group descriptor with its buffer: a stretch of clusters or blocks and its bitmap. */
final class Group {
  private final MetaBuffer buffer;
  private final GroupDescriptor descriptor;

  private Group(MetaBuffer buffer, GroupDescriptor descriptor) {
    this.buffer = buffer;
    this.descriptor = descriptor;
  }

  /** Opens a group of an allocator and checks it. */
  static Group open(MetaBuffer buffer, ChainDinode owner, Geometry geometry)
      throws CorruptBlockException {
    GroupDescriptor gd =
        GroupDescriptor.open(buffer.data(), buffer.block(), geometry.fsGeneration(), owner.block());
    if (gd.bits() > owner.bitsPerGroup()) {
      throw new CorruptBlockException(
          buffer.block(), "bg_bits", gd.bits() + " of " + owner.bitsPerGroup());
    }
    if (gd.chain() >= owner.chains()) {
      throw new CorruptBlockException(
          buffer.block(), "bg_chain", gd.chain() + " of " + owner.chains());
    }
    return new Group(buffer, gd);
  }

  /**
   * Formats the group of a suballocator, whose first block holds the descriptor.
   *
   * @param bits blocks of the group
   */
  static Group format(MetaBuffer buffer, ChainDinode owner, int bits, Geometry geometry) {
    int chain = owner.shortestChain();
    GroupDescriptor gd =
        GroupDescriptor.init(
            buffer.data(),
            buffer.block(),
            geometry.fsGeneration(),
            owner.block(),
            GroupDescriptor.bitmapSize(geometry.blockSize(), true, mayBeInPieces(geometry)),
            bits,
            chain);
    gd.setNextGroup(chain < owner.chains() ? owner.head(chain) : 0);
    return new Group(buffer, gd);
  }

  /** Returns whether the volume allows groups that are not contiguous. */
  static boolean mayBeInPieces(Geometry geometry) {
    return (geometry.incompat() & Feature.DISCONTIG_BG.bit()) != 0;
  }

  /** Makes a new group one of several pieces, which {@link #addPiece} names in order. */
  void initPieces() {
    descriptor.initList();
  }

  void addPiece(long cpos, ClusterRun piece, Geometry geometry) {
    ExtentList list = descriptor.list();
    int n = list.nextFree();
    list.setNextFree(n + 1);
    list.set(n, cpos, piece.count(), geometry.clusterToBlock(piece.start()), 0);
  }

  void dirty(Handle handle) throws IOException {
    handle.dirty(buffer);
  }

  long block() {
    return buffer.block();
  }

  int bits() {
    return descriptor.bits();
  }

  int free() {
    return descriptor.freeBits();
  }

  int chain() {
    return descriptor.chain();
  }

  long next() {
    return descriptor.nextGroup();
  }

  void setNext(long group) {
    descriptor.setNextGroup(group);
  }

  boolean isInPieces() {
    return descriptor.isDiscontiguous();
  }

  Bitmap bitmap() {
    return descriptor.bitmap();
  }

  /** Sets bits that are clear. */
  void claim(Bitmap.Run run) throws CorruptBlockException {
    descriptor.claim(run.start(), run.count());
  }

  /** Clears bits that are set. */
  void release(int start, int count) throws CorruptBlockException {
    descriptor.release(start, count);
  }

  /** Returns the block of a bit; for groups of blocks, not of clusters. */
  long blockOf(int bit, int bitsPerCluster) throws CorruptBlockException {
    return descriptor.blockOf(bit, bitsPerCluster);
  }
}
