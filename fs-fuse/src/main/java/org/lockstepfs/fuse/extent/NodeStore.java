package org.lockstepfs.fuse.extent;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.ClaimedBlock;
import org.lockstepfs.fuse.meta.Geometry;

/** Reads, checks, makes and frees the nodes of one extent tree. */
final class NodeStore {
  private static final long SIGNATURE = 0x0031304b4c425845L; // "EXBLK01\0"
  private static final int SUBALLOC_SLOT = 0x10;
  private static final int SUBALLOC_BIT = 0x12;
  private static final int FS_GENERATION = 0x14;
  private static final int BLKNO = 0x18;
  private static final int SUBALLOC_LOC = 0x20;
  private static final int NEXT_LEAF = 0x28;
  private static final int LIST = 0x30;

  /** Deepest tree that the kernel walks. */
  private static final int MAX_DEPTH = 4;

  private final ExtentRoot root;
  private final Geometry geometry;

  NodeStore(ExtentRoot root, Geometry geometry) {
    this.root = root;
    this.geometry = geometry;
  }

  /** Returns the root, checked. */
  Node root() throws IOException {
    RecordList list = new RecordList(root.data(), root.listOffset());
    checkList(list, root.buffer().block(), root.listCapacity());
    if (list.depth() > MAX_DEPTH) {
      throw corrupt(root.buffer().block(), "l_tree_depth " + list.depth());
    }
    return new Node(root.buffer(), list);
  }

  void setLastLeaf(long block) {
    root.setLastLeaf(block);
  }

  /** Returns how many records an extent block holds. */
  int recordsPerBlock() {
    return (geometry.blockSize() - LIST - RecordList.HEADER) / RecordList.RECORD;
  }

  /** Reads and checks the node under an interior record. */
  Node child(Node parent, int record) throws IOException {
    long block = parent.list().block(record);
    if (block <= 0 || geometry.blockToCluster(block) >= geometry.clusters()) {
      throw corrupt(parent.buffer().block(), "extent block " + block + " outside the volume");
    }
    MetaBuffer buffer = root.cache().read(block);
    ByteBuffer data = buffer.data();
    if (data.getLong(0) != SIGNATURE) {
      throw corrupt(block, "h_signature");
    }
    if (data.getLong(BLKNO) != block) {
      throw corrupt(block, "h_blkno " + data.getLong(BLKNO));
    }
    if (data.getInt(FS_GENERATION) != geometry.fsGeneration()) {
      throw corrupt(block, "h_fs_generation");
    }
    RecordList list = new RecordList(data, LIST);
    checkList(list, block, recordsPerBlock());
    if (list.depth() != parent.list().depth() - 1) {
      throw corrupt(block, "l_tree_depth " + list.depth() + " under " + parent.list().depth());
    }
    return new Node(buffer, list);
  }

  private static void checkList(RecordList list, long block, int capacity) throws IOException {
    if (list.count() == 0 || list.count() > capacity) {
      throw corrupt(block, "l_count " + list.count());
    }
    if (list.nextFree() > list.count()) {
      throw corrupt(block, "l_next_free_rec " + list.nextFree());
    }
    if (!list.isLeaf() && list.nextFree() == 0) {
      throw corrupt(block, "l_next_free_rec 0 in an interior node");
    }
  }

  private static IOException corrupt(long block, String what) {
    return new IOException("Corrupt extent tree at block " + block + ": " + what);
  }

  /** Makes an empty node of the given depth in a newly claimed extent block. */
  Node create(Handle handle, AllocContext alloc, int depth) throws IOException {
    ClaimedBlock claimed = alloc.claimBlock(handle);
    MetaBuffer buffer = root.cache().fresh(claimed.block());
    handle.dirty(buffer);
    ByteBuffer data = buffer.data();
    data.putLong(0, SIGNATURE);
    data.putShort(SUBALLOC_SLOT, (short) claimed.slot());
    data.putShort(SUBALLOC_BIT, (short) claimed.bit());
    data.putInt(FS_GENERATION, geometry.fsGeneration());
    data.putLong(BLKNO, claimed.block());
    data.putLong(SUBALLOC_LOC, claimed.group());
    RecordList list = new RecordList(data, LIST);
    list.format(depth, recordsPerBlock());
    return new Node(buffer, list);
  }

  /** Gives a node's block back to the suballocator that it came from. */
  void free(Handle handle, AllocContext alloc, Node node) throws IOException {
    ClaimedBlock origin = origin(node);
    root.cache().drop(origin.block());
    handle.forget(origin.block());
    alloc.freeBlock(handle, origin);
  }

  /** Returns where an extent block came from. */
  static ClaimedBlock origin(Node node) {
    ByteBuffer data = node.buffer().data();
    return new ClaimedBlock(
        node.buffer().block(),
        Short.toUnsignedInt(data.getShort(SUBALLOC_SLOT)),
        data.getLong(SUBALLOC_LOC),
        Short.toUnsignedInt(data.getShort(SUBALLOC_BIT)));
  }

  static void setNextLeaf(Node leaf, long block) {
    leaf.buffer().data().putLong(NEXT_LEAF, block);
  }
}
