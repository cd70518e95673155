package org.lockstepfs.fuse.extent;

import java.io.IOException;
import org.lockstepfs.blockdev.format.CorruptBlockException;
import org.lockstepfs.blockdev.format.ExtentBlock;
import org.lockstepfs.blockdev.format.ExtentList;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.ClaimedBlock;
import org.lockstepfs.fuse.meta.Geometry;

/** Reads, checks, makes and frees the nodes of one extent tree. */
final class NodeStore {
  /** Deepest tree that the kernel walks: its paths have five nodes. */
  private static final int MAX_DEPTH = 4;

  private final ExtentRoot root;
  private final Geometry geometry;

  NodeStore(ExtentRoot root, Geometry geometry) {
    this.root = root;
    this.geometry = geometry;
  }

  /** Returns the root, checked. */
  Node root() throws CorruptBlockException {
    ExtentList list = root.list();
    checkCounts(list, root.buffer().block(), root.listCapacity());
    if (list.treeDepth() > MAX_DEPTH) {
      throw corrupt(root.buffer().block(), "l_tree_depth", "is " + list.treeDepth());
    }
    return new Node(root.buffer(), new RecordList(list));
  }

  void setLastLeaf(long block) {
    root.setLastLeaf(block);
  }

  /** Returns how many records an extent block holds. */
  int recordsPerBlock() {
    return ExtentList.perExtentBlock(geometry.blockSize());
  }

  /** Reads and checks the node under an interior record. */
  Node child(Node parent, int record) throws IOException {
    long block = parent.list().block(record);
    if (block <= 0 || geometry.blockToCluster(block) >= geometry.clusters()) {
      throw corrupt(parent.buffer().block(), "e_blkno", block + " is outside the volume");
    }
    MetaBuffer buffer = root.cache().read(block);
    ExtentList list = ExtentBlock.open(buffer.data(), block, geometry.fsGeneration()).list();
    checkCounts(list, block, recordsPerBlock());
    if (list.treeDepth() != parent.list().depth() - 1) {
      throw corrupt(block, "l_tree_depth", list.treeDepth() + " under " + parent.list().depth());
    }
    return new Node(buffer, new RecordList(list));
  }

  private static void checkCounts(ExtentList list, long block, int capacity)
      throws CorruptBlockException {
    if (list.count() == 0 || list.count() > capacity) {
      throw corrupt(block, "l_count", list.count() + " where " + capacity + " fit");
    }
    if (list.nextFree() > list.count()) {
      throw corrupt(block, "l_next_free_rec", list.nextFree() + " of " + list.count());
    }
    if (!list.isLeaf() && list.nextFree() == 0) {
      throw corrupt(block, "l_next_free_rec", "0 in an interior node");
    }
  }

  private static CorruptBlockException corrupt(long block, String field, String problem) {
    return new CorruptBlockException(block, field, problem);
  }

  /** Makes an empty node of the given depth in a newly claimed extent block. */
  Node create(Handle handle, AllocContext alloc, int depth) throws IOException {
    ClaimedBlock claimed = alloc.claimBlock(handle);
    MetaBuffer buffer = root.cache().fresh(claimed.block());
    handle.dirty(buffer);
    ExtentList list =
        ExtentBlock.init(buffer.data(), claimed.block(), geometry.fsGeneration(), claimed.origin())
            .list();
    list.setTreeDepth(depth);
    return new Node(buffer, new RecordList(list));
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
    return ClaimedBlock.of(
        node.buffer().block(), ExtentBlock.of(node.buffer().data()).subAllocation());
  }

  static void setNextLeaf(Node leaf, long block) {
    ExtentBlock.of(leaf.buffer().data()).setNextLeaf(block);
  }
}
