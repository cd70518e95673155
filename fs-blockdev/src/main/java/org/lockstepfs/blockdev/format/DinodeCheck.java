package org.lockstepfs.blockdev.format;

/**
 * What must hold in a dinode before anybody acts on it. Source: fs/ocfs2/inode.c,
 * ocfs2_validate_inode_block.
 */
final class DinodeCheck {
  private DinodeCheck() {}

  static void check(Dinode di, long blkno, int fsGeneration) throws CorruptBlockException {
    Check.equal(blkno, "i_blkno", di.blkno(), blkno);
    Check.equal(blkno, "i_fs_generation", di.fsGeneration(), fsGeneration);
    if (!di.isValid()) {
      return;
    }
    Check.that(di.type() != FileType.UNKNOWN, blkno, "i_mode", "unknown type");
    Check.that(di.size() >= 0, blkno, "i_size", "negative");
    Check.atMost(
        blkno, "i_xattr_inline_size", di.inlineXattrBytes(), di.block().capacity() - Dinode.ID2);
    lastPart(di, blkno);
  }

  private static void lastPart(Dinode di, long blkno) throws CorruptBlockException {
    int blockSize = di.block().capacity();
    int flags = di.flags();
    if ((flags & InodeFlags.CHAIN) != 0) {
      di.chains().check(blkno);
      Check.atMost(blkno, "i_used", di.bitmapUsed(), di.bitmapTotal());
    } else if ((flags & InodeFlags.LOCAL_ALLOC) != 0) {
      di.localAlloc().check(blkno, di.bitmapTotal());
    } else if ((flags & InodeFlags.DEALLOC) != 0) {
      di.truncateLog().check(blkno);
    } else if (di.hasInlineData()) {
      Check.equal(blkno, "i_clusters", di.clusters(), 0);
      di.inlineData().check(blkno, di.size(), di.inlineCapacity());
    } else if (di.isFastSymlink()) {
      Check.atMost(
          blkno,
          "i_size",
          di.size(),
          Dinode.fastSymlinkCapacity(blockSize) - di.inlineXattrBytes());
    } else {
      di.extents().check(blkno, di.extentCapacity());
    }
  }
}
