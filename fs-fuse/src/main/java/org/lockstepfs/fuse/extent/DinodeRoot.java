package org.lockstepfs.fuse.extent;

import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.ExtentList;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.meta.MetaCache;

/**
 * The extent tree of a file or directory: the list in its dinode.
 *
 * <p>Source: ocfs2_dinode_et_ops in Linux 6.1 fs/ocfs2/alloc.c.
 */
public final class DinodeRoot implements ExtentRoot {
  private final MetaBuffer buffer;
  private final Dinode dinode;
  private final MetaCache cache;

  /** Makes the root of a dinode that was checked and that holds extents, not inline data. */
  public DinodeRoot(MetaBuffer buffer, MetaCache cache) {
    this.buffer = buffer;
    this.dinode = Dinode.of(buffer.data());
    this.cache = cache;
  }

  @Override
  public MetaBuffer buffer() {
    return buffer;
  }

  @Override
  public ExtentList list() {
    return dinode.extents();
  }

  @Override
  public int listCapacity() {
    return dinode.extentCapacity();
  }

  @Override
  public MetaCache cache() {
    return cache;
  }

  @Override
  public long lastLeaf() {
    return dinode.lastExtentBlock();
  }

  @Override
  public void setLastLeaf(long block) {
    dinode.setLastExtentBlock(block);
  }

  @Override
  public long clusters() {
    return dinode.clusters();
  }

  @Override
  public void setClusters(long clusters) {
    dinode.setClusters(clusters);
  }
}
