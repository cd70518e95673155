package org.lockstepfs.fuse.extent;

import org.lockstepfs.blockdev.format.ExtentList;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.meta.MetaCache;

/**
 * Where an extent tree hangs: a record list inside some block, with the two fields that the tree
 * keeps beside it. Used only while the owner's lock is held.
 *
 * <p>Counterpart of struct ocfs2_extent_tree_operations in Linux 6.1 fs/ocfs2/alloc.c.
 */
public interface ExtentRoot {

  /** Returns the block that holds the root. */
  MetaBuffer buffer();

  /** Returns the record list in that block. */
  ExtentList list();

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
}
