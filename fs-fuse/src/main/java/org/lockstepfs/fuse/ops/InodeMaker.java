package org.lockstepfs.fuse.ops;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.InodeFlags;
import org.lockstepfs.blockdev.format.SubAllocation;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.ClaimedBlock;
import org.lockstepfs.fuse.alloc.ClusterRun;
import org.lockstepfs.fuse.dir.Directory;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.file.DataPath;
import org.lockstepfs.fuse.inode.FileMode;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.InodeAttrs;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.vfs.Request;
import org.lockstepfs.fuse.vfs.TimeSpec;
import org.lockstepfs.fuse.volume.Volume;
import org.lockstepfs.locks.mode.LockMode;

/**
 * Makes inodes: dinode, first contents, attributes that come from caller and parent.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/namei.c, ocfs2_mknod_locked and ocfs2_symlink; fs/inode.c,
 * inode_init_owner.
 */
final class InodeMaker {
  private final Volume volume;
  private final Geometry geometry;
  private final DataPath data;

  InodeMaker(Volume volume, DataPath data) {
    this.volume = volume;
    this.geometry = volume.geometry();
    this.data = data;
  }

  /** Returns how many clusters the contents of a new inode take at first. */
  int clusters(int mode, byte[] target) {
    return switch (mode & FileMode.TYPE_MASK) {
      case FileMode.DIRECTORY -> volume.inlineData() ? 0 : 1;
      case FileMode.SYMLINK ->
          target.length <= Dinode.fastSymlinkCapacity(geometry.blockSize())
              ? 0
              : (int) geometry.clustersFor(target.length + 1L);
      default -> 0;
    };
  }

  /** Returns how many blocks making it may dirty, allocators not counted. */
  int credits(int mode, byte[] target) {
    return 1 + 2 * clusters(mode, target);
  }

  /** Makes an inode; its directory's link count and entry are the caller's. */
  Inode make(
      Handle handle, AllocContext alloc, Request rq, Inode dir, int mode, int rdev, byte[] target)
      throws IOException {
    ClaimedBlock claimed = alloc.claimInode(handle, home(dir));
    Inode inode = volume.inodes().get(claimed.block());
    InodeAttrs attrs = attributes(rq, dir, mode, rdev);
    attrs.generation = volume.nextGeneration();
    MetaBuffer buffer = inode.cache().fresh(claimed.block());
    handle.dirty(buffer);
    Dinode dinode =
        Dinode.init(
            buffer.data(),
            claimed.block(),
            geometry.fsGeneration(),
            attrs.generation,
            attrs.mode,
            new SubAllocation(claimed.slot(), claimed.bit(), claimed.group()));
    boolean isDir = attrs.isDirectory();
    boolean inline = volume.inlineData() && (isDir || attrs.isRegular());
    attrs.dynFeatures = inline ? InodeFlags.INLINE_DATA : 0;
    if (inline) {
      dinode.initInlineData();
    }
    inode.adopt(attrs);
    inode.requestNew();
    if (isDir) {
      fillDirectory(handle, alloc, inode, dir, dinode, inline);
    } else if (target != null) {
      fillSymlink(handle, alloc, inode, dinode, target);
    }
    inode.store(handle);
    return inode;
  }

  /** Returns where a dinode was allocated. */
  private static ClaimedBlock home(Inode inode) throws IOException {
    SubAllocation from = inode.dinodeView().subAllocation();
    return new ClaimedBlock(inode.block(), from.slot(), from.group(), from.bit());
  }

  private InodeAttrs attributes(Request rq, Inode dir, int mode, int rdev) {
    InodeAttrs attrs = new InodeAttrs();
    TimeSpec now = volume.now();
    attrs.atime = now;
    attrs.mtime = now;
    attrs.ctime = now;
    attrs.uid = rq.uid();
    attrs.gid = rq.gid();
    attrs.mode = mode;
    attrs.rdev = rdev;
    attrs.nlink = 1;
    if ((dir.attrs().mode & FileMode.SET_GID) != 0) {
      attrs.gid = dir.attrs().gid;
      if (attrs.isDirectory()) {
        attrs.mode |= FileMode.SET_GID;
      }
    }
    return attrs;
  }

  private void fillDirectory(
      Handle handle, AllocContext alloc, Inode inode, Inode parent, Dinode dinode, boolean inline)
      throws IOException {
    InodeAttrs attrs = inode.attrs();
    attrs.nlink = 2;
    if (inline) {
      attrs.size = dinode.inlineCapacity();
      dinode.setSize(attrs.size);
      Directory.initInline(dinode, inode.block(), parent.block());
      return;
    }
    long block = addCluster(handle, alloc, inode, 0);
    MetaBuffer first = inode.cache().fresh(block);
    handle.dirty(first);
    attrs.size = geometry.blockSize();
    Directory.initBlock(first, inode.block(), parent.block());
  }

  private long addCluster(Handle handle, AllocContext alloc, Inode inode, long cpos)
      throws IOException {
    ClusterRun run = alloc.claimClusters(handle, 0, 1);
    long block = geometry.clusterToBlock(run.start());
    inode.extents().insert(handle, alloc, new Mapping(cpos, 1, block, 0));
    inode.reloadClusters();
    return block;
  }

  private void fillSymlink(
      Handle handle, AllocContext alloc, Inode inode, Dinode dinode, byte[] target)
      throws IOException {
    inode.attrs().size = target.length;
    if (clusters(inode.attrs().mode, target) == 0) {
      dinode.setFastSymlink(target);
      return;
    }
    long block = addCluster(handle, alloc, inode, 0);
    int whole = (int) geometry.blocksFor(target.length + 1L) * geometry.blockSize();
    ByteBuffer contents = ByteBuffer.allocate(whole);
    contents.put(0, target);
    data.write(block * geometry.blockSize(), contents);
  }

  /**
   * Waits for the new inode's cluster lock, before anybody can find its name: a node that still has
   * the lock of an earlier inode in that block cached learns that its cache is stale.
   */
  void announce(Inode inode) throws IOException {
    if (!volume.isLocal()) {
      try (Held held = inode.lock(LockMode.EX)) {
        inode.checkLinked();
      }
    }
  }
}
