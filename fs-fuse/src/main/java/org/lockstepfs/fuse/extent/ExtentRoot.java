package org.lockstepfs.fuse.extent;

import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.meta.MetaCache;

/**
 * Where an extent tree hangs: a record list inside some block, with the two fields that the tree
 * keeps beside it.
 *
 * <p>Counterpart of struct ocfs2_extent_tree_operations in Linux 6.1 fs/ocfs2/alloc.c.
 */
public interface ExtentRoot {

  /** Returns the block that holds the root; only while the owner's lock is held. */
  MetaBuffer buffer();

  /** Returns the byte offset of the extent list in the block. */
  int listOffset();

  /** Returns how many records the list has room for, by the block's size and features. */
  int listCapacity();

  /** Returns the owner's metadata blocks. */
  MetaCache cache();

  /** Returns the block of the rightmost leaf, 0 if the root itself is the leaf. */
  long lastLeaf();

  /** Sets the block of the rightmost leaf. */
  void setLastLeaf(long block);

  /** Returns the number of clusters in the tree. */
  long clusters();

  /** Sets the number of clusters in the tree; the tree does this, callers do not. */
  void setClusters(long clusters);

  /** Returns the block's bytes. */
  default ByteBuffer data() {
    return buffer().data();
  }
}
