package org.lockstepfs.fuse.inode;

import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.fuse.dlmglue.MetaLvb;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.TimeSpec;

/**
 * The attributes of an inode in memory: what its dinode says, or what the lock value block of its
 * meta lock carried here without a disk read.
 *
 * <p>Read under the inode's lock in any mode, changed under it in EX, and then stored into the
 * dinode with {@link #store}.
 */
public final class InodeAttrs {
  private static final int SECTOR_BITS = 9;

  /** Type and permission bits. */
  public int mode;

  /** Owner. */
  public int uid;

  /** Group. */
  public int gid;

  /** Number of names; 0 once it is an orphan. */
  public int nlink;

  /** Length in bytes. */
  public long size;

  /** Clusters allocated to it. */
  public long clusters;

  /** Last access. */
  public TimeSpec atime;

  /** Last change of content. */
  public TimeSpec mtime;

  /** Last change of status. */
  public TimeSpec ctime;

  /** Attribute flags as chattr(1) sets them. */
  public int attr;

  /** Dynamic features: inline data and the like. */
  public int dynFeatures;

  /** Tells apart inodes that had the same block. */
  public int generation;

  /** Device number in the kernel's encoding; 0 unless a device node. */
  public int rdev;

  /** Reads all attributes from a dinode. */
  public static InodeAttrs load(Dinode dinode) {
    InodeAttrs attrs = new InodeAttrs();
    attrs.mode = dinode.mode();
    attrs.uid = dinode.uid();
    attrs.gid = dinode.gid();
    attrs.nlink = dinode.linksCount();
    attrs.size = dinode.size();
    attrs.clusters = dinode.clusters();
    attrs.atime = new TimeSpec(dinode.atime(), dinode.atimeNsec());
    attrs.mtime = new TimeSpec(dinode.mtime(), dinode.mtimeNsec());
    attrs.ctime = new TimeSpec(dinode.ctime(), dinode.ctimeNsec());
    attrs.attr = dinode.attr();
    attrs.dynFeatures = dinode.dynFeatures();
    attrs.generation = dinode.generation();
    attrs.rdev = isDevice(attrs.mode) ? (int) dinode.rdev() : 0;
    return attrs;
  }

  /** Writes all attributes into a dinode, but the cluster count, which its extent tree keeps. */
  void store(Dinode dinode) {
    dinode.setMode(mode);
    dinode.setUid(uid);
    dinode.setGid(gid);
    dinode.setLinksCount(nlink);
    dinode.setSize(size);
    dinode.setAtime(atime.seconds(), atime.nanos());
    dinode.setMtime(mtime.seconds(), mtime.nanos());
    dinode.setCtime(ctime.seconds(), ctime.nanos());
    dinode.setAttr(attr);
    dinode.setDynFeatures(dynFeatures);
    if (isDevice(mode)) {
      dinode.setRdev(Integer.toUnsignedLong(rdev));
    }
    clusters = dinode.clusters();
  }

  /** Takes the attributes that a lock value block carried. */
  static InodeAttrs of(MetaLvb lvb, int rdev) {
    InodeAttrs attrs = new InodeAttrs();
    attrs.mode = lvb.mode();
    attrs.uid = lvb.uid();
    attrs.gid = lvb.gid();
    attrs.nlink = lvb.links();
    attrs.size = lvb.size();
    attrs.clusters = Integer.toUnsignedLong(lvb.clusters());
    attrs.atime = lvb.atime();
    attrs.mtime = lvb.mtime();
    attrs.ctime = lvb.ctime();
    attrs.attr = lvb.attr();
    attrs.dynFeatures = lvb.dynFeatures();
    attrs.generation = lvb.generation();
    attrs.rdev = rdev;
    return attrs;
  }

  /** Returns what a lock value block carries. */
  MetaLvb toLvb() {
    return new MetaLvb(
        dynFeatures,
        (int) clusters,
        uid,
        gid,
        atime,
        ctime,
        mtime,
        size,
        mode,
        nlink,
        attr,
        generation);
  }

  /** Returns whether a mode is that of a device node. */
  public static boolean isDevice(int mode) {
    int type = mode & FileMode.TYPE_MASK;
    return type == FileMode.CHARACTER_DEVICE || type == FileMode.BLOCK_DEVICE;
  }

  /** Returns whether this is a directory. */
  public boolean isDirectory() {
    return (mode & FileMode.TYPE_MASK) == FileMode.DIRECTORY;
  }

  /** Returns whether this is a regular file. */
  public boolean isRegular() {
    return (mode & FileMode.TYPE_MASK) == FileMode.REGULAR;
  }

  Attr toAttr(long block, Geometry geometry) {
    long sectors = clusters << (geometry.clusterBits() - SECTOR_BITS);
    return new Attr(
        block,
        size,
        sectors,
        atime,
        mtime,
        ctime,
        mode,
        nlink,
        uid,
        gid,
        rdev,
        geometry.clusterSize());
  }
}
