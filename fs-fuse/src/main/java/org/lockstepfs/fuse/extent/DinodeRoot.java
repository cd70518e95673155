package org.lockstepfs.fuse.extent;

import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.meta.MetaCache;

/**
 * The extent tree of a file or directory: the list in its dinode.
 *
 * <p>Source: ocfs2_dinode_et_ops in Linux 6.1 fs/ocfs2/alloc.c.
 */
public final class DinodeRoot implements ExtentRoot {
  private static final int I_XATTR_INLINE_SIZE = 0x12;
  private static final int I_CLUSTERS = 0x14;
  private static final int I_LAST_EB_BLK = 0x58;
  private static final int I_DYN_FEATURES = 0x76;
  private static final int I_LIST = 0xC0;
  private static final int INLINE_XATTR = 0x04;

  private final MetaBuffer dinode;
  private final MetaCache cache;

  /** Makes the root of a dinode that holds extents, not inline data. */
  public DinodeRoot(MetaBuffer dinode, MetaCache cache) {
    this.dinode = dinode;
    this.cache = cache;
  }

  @Override
  public MetaBuffer buffer() {
    return dinode;
  }

  @Override
  public int listOffset() {
    return I_LIST;
  }

  @Override
  public int listCapacity() {
    boolean inlineXattr = (data().getShort(I_DYN_FEATURES) & INLINE_XATTR) != 0;
    int taken = inlineXattr ? Short.toUnsignedInt(data().getShort(I_XATTR_INLINE_SIZE)) : 0;
    return (data().capacity() - I_LIST - RecordList.HEADER - taken) / RecordList.RECORD;
  }

  @Override
  public MetaCache cache() {
    return cache;
  }

  @Override
  public long lastLeaf() {
    return data().getLong(I_LAST_EB_BLK);
  }

  @Override
  public void setLastLeaf(long block) {
    data().putLong(I_LAST_EB_BLK, block);
  }

  @Override
  public long clusters() {
    return Integer.toUnsignedLong(data().getInt(I_CLUSTERS));
  }

  @Override
  public void setClusters(long clusters) {
    data().putInt(I_CLUSTERS, (int) clusters);
  }
}
