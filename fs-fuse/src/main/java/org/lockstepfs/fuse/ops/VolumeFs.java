package org.lockstepfs.fuse.ops;

import java.io.IOException;
import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.alloc.AllocTotals;
import org.lockstepfs.fuse.dir.Directory;
import org.lockstepfs.fuse.file.DataPath;
import org.lockstepfs.fuse.file.FileReader;
import org.lockstepfs.fuse.file.FileSpace;
import org.lockstepfs.fuse.file.FileWriter;
import org.lockstepfs.fuse.inode.FileMode;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.ops.AttrOps.Leased;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.lockstepfs.fuse.vfs.KernelCaches;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.vfs.OpenFile;
import org.lockstepfs.fuse.vfs.Replies;
import org.lockstepfs.fuse.vfs.Request;
import org.lockstepfs.fuse.vfs.SetAttr;
import org.lockstepfs.fuse.vfs.StatFs;
import org.lockstepfs.fuse.volume.Volume;
import org.lockstepfs.locks.mode.LockMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A mounted volume as a front end sees it. Node ids are block numbers, but for the root, which is
 * 1.
 *
 * <p>Names are looked up again each time and files bypass the kernel's page cache; attributes stay
 * with the kernel as long as this node caches the inode's cluster lock. Another node's change is
 * seen by the next call.
 */
public final class VolumeFs implements FileSystem {
  private static final Logger LOG = LoggerFactory.getLogger(VolumeFs.class);
  private static final long ROOT = 1;
  private static final int O_EXCL = 0200;
  private static final int O_TRUNC = 01000;
  private static final int O_APPEND = 02000;
  private static final long UNTRUSTED_MS = 0;

  private final Volume volume;
  private final Runnable leave;
  private final OpenHandles handles = new OpenHandles();
  private final NamespaceOps names;
  private final RenameOps renames;
  private final AttrOps attrs;
  private final FileOps files;
  private final LockOps locks;

  /**
   * Serves a mounted volume.
   *
   * @param leave takes the volume down when the connection has ended
   */
  public VolumeFs(Volume volume, Runnable leave) {
    this.volume = volume;
    this.leave = leave;
    DataPath data = volume.dataPath();
    FileSpace space = volume.space();
    names = new NamespaceOps(volume, new InodeMaker(volume, data));
    renames = new RenameOps(volume);
    attrs = new AttrOps(volume, space);
    files =
        new FileOps(
            volume,
            new FileReader(volume.geometry(), data),
            new FileWriter(volume, data, space),
            space);
    locks = new LockOps(volume.posixLocks(), handles);
  }

  @Override
  public void init(KernelCaches caches) {
    volume.onAttributesChanged(block -> caches.invalidateAttributes(nodeId(block)));
  }

  /** Returns the inode that the kernel names; it holds a reference since the lookup. */
  private Inode node(long nodeId) throws IOException {
    if (nodeId == ROOT) {
      return volume.root();
    }
    Inode inode = volume.inodes().peek(nodeId);
    if (inode == null) {
      throw new ErrnoException(Errno.ESTALE, "node " + nodeId);
    }
    return inode;
  }

  private long nodeId(long block) {
    return block == volume.root().block() ? ROOT : block;
  }

  /** Answers whoever made or linked something: the kernel may not know the inode yet. */
  private Entry entry(Inode inode) throws IOException {
    Entry entry = looked(inode);
    return new Entry(entry.nodeId(), entry.generation(), entry.attr(), UNTRUSTED_MS, UNTRUSTED_MS);
  }

  /** Answers a lookup. Names on a volume that no other node can mount stay as they are. */
  private Entry looked(Inode inode) throws IOException {
    try {
      Leased found = attrs.get(inode);
      return new Entry(
          nodeId(inode.block()),
          Integer.toUnsignedLong(inode.attrs().generation),
          found.attr(),
          volume.isLocal() ? AttrOps.LEASE_MS : UNTRUSTED_MS,
          found.validMs());
    } catch (IOException | RuntimeException e) {
      volume.inodes().put(inode, 1);
      throw e;
    }
  }

  @Override
  public void lookup(Request rq, long parent, Name name, Replies.Entries reply) throws IOException {
    reply.entry(lookup(node(parent), name));
  }

  /** Another node may remove a file between finding its name and reading its attributes. */
  private Entry lookup(Inode dir, Name name) throws IOException {
    try {
      return looked(names.lookup(dir, name));
    } catch (ErrnoException e) {
      if (e.errno() != Errno.ESTALE) {
        throw e;
      }
      return looked(names.lookup(dir, name));
    }
  }

  @Override
  public void forget(long nodeId, long count) {
    if (nodeId != ROOT) {
      Inode inode = volume.inodes().peek(nodeId);
      if (inode != null) {
        volume.inodes().put(inode, count);
      }
    }
  }

  @Override
  public void getattr(Request rq, long nodeId, Replies.Attrs reply) throws IOException {
    Inode inode = node(nodeId);
    inode.lease().markKnown();
    Leased found = attrs.get(inode);
    reply.attr(found.attr(), found.validMs());
  }

  @Override
  public void setattr(Request rq, long nodeId, SetAttr change, Replies.Attrs reply)
      throws IOException {
    reply.attr(attrs.set(node(nodeId), change), UNTRUSTED_MS);
  }

  @Override
  public void readlink(Request rq, long nodeId, Replies.Data reply) throws IOException {
    ByteBuffer buffer = reply.buffer();
    files.readlink(node(nodeId), buffer);
    reply.data(buffer);
  }

  @Override
  public void mknod(Request rq, long parent, Name name, int mode, int rdev, Replies.Entries reply)
      throws IOException {
    reply.entry(entry(names.create(rq, node(parent), name, mode, rdev, null)));
  }

  @Override
  public void mkdir(Request rq, long parent, Name name, int mode, Replies.Entries reply)
      throws IOException {
    int dirMode = mode & FileMode.PERMISSIONS | FileMode.DIRECTORY;
    reply.entry(entry(names.create(rq, node(parent), name, dirMode, 0, null)));
  }

  @Override
  public void symlink(Request rq, long parent, Name name, byte[] target, Replies.Entries reply)
      throws IOException {
    int mode = FileMode.SYMLINK | 0777;
    reply.entry(entry(names.create(rq, node(parent), name, mode, 0, target)));
  }

  @Override
  public void unlink(Request rq, long parent, Name name, Replies.Ok reply) throws IOException {
    names.remove(node(parent), name, false);
    reply.ok();
  }

  @Override
  public void rmdir(Request rq, long parent, Name name, Replies.Ok reply) throws IOException {
    names.remove(node(parent), name, true);
    reply.ok();
  }

  @Override
  public void rename(
      Request rq, long parent, Name name, long newParent, Name newName, int flags, Replies.Ok reply)
      throws IOException {
    renames.rename(node(parent), name, node(newParent), newName, flags);
    reply.ok();
  }

  @Override
  public void link(Request rq, long nodeId, long newParent, Name newName, Replies.Entries reply)
      throws IOException {
    Inode inode = node(nodeId);
    names.link(inode, node(newParent), newName);
    reply.entry(entry(volume.inodes().get(inode.block())));
  }

  @Override
  public void open(Request rq, long nodeId, int flags, Replies.Opens reply) throws IOException {
    reply.opened(open(node(nodeId)));
  }

  private OpenFile open(Inode inode) throws IOException {
    try (Held held = inode.lock(LockMode.PR)) {
      inode.checkLinked();
      inode.opens().opened();
    }
    volume.inodes().get(inode.block());
    return new OpenFile(handles.open(inode).fh(), true, false);
  }

  @Override
  public void create(Request rq, long parent, Name name, int mode, int flags, Replies.Creates reply)
      throws IOException {
    int fileMode = mode & FileMode.PERMISSIONS | FileMode.REGULAR;
    Inode inode = createOrFind(rq, node(parent), name, fileMode, flags);
    Entry entry = entry(inode);
    try {
      reply.created(entry, open(inode));
    } catch (IOException | RuntimeException e) {
      volume.inodes().put(inode, 1);
      throw e;
    }
  }

  /** Another node may have made the file since the kernel looked; O_EXCL alone minds. */
  private Inode createOrFind(Request rq, Inode dir, Name name, int mode, int flags)
      throws IOException {
    while (true) {
      try {
        return names.create(rq, dir, name, mode, 0, null);
      } catch (ErrnoException e) {
        if (e.errno() != Errno.EEXIST || (flags & O_EXCL) != 0) {
          throw e;
        }
      }
      try {
        return found(names.lookup(dir, name), flags);
      } catch (ErrnoException e) {
        if (e.errno() != Errno.ENOENT && e.errno() != Errno.ESTALE) {
          throw e;
        }
      }
    }
  }

  private Inode found(Inode inode, int flags) throws IOException {
    try (Held held = inode.lock(LockMode.EX)) {
      if (inode.attrs().isDirectory()) {
        throw new ErrnoException(Errno.EISDIR, "open of " + inode + " for creation");
      }
      if ((flags & O_TRUNC) != 0 && inode.attrs().isRegular()) {
        volume.checkWritable();
        volume.space().truncate(inode, 0);
      }
      return inode;
    } catch (IOException | RuntimeException e) {
      volume.inodes().put(inode, 1);
      throw e;
    }
  }

  @Override
  public void read(Request rq, long nodeId, long fh, long offset, int size, Replies.Data reply)
      throws IOException {
    ByteBuffer buffer = reply.buffer();
    buffer.limit(buffer.position() + size);
    files.read(handles.get(fh).inode(), offset, buffer);
    reply.data(buffer);
  }

  @Override
  public void write(
      Request rq,
      long nodeId,
      long fh,
      long offset,
      ByteBuffer data,
      int openFlags,
      boolean killSuidGid,
      Replies.Writes reply)
      throws IOException {
    boolean append = (openFlags & O_APPEND) != 0;
    reply.written(files.write(handles.get(fh).inode(), offset, data, append, killSuidGid));
  }

  @Override
  public void flush(Request rq, long nodeId, long fh, long lockOwner, Replies.Ok reply)
      throws IOException {
    locks.flush(fh, lockOwner, reply);
  }

  @Override
  public void release(
      Request rq, long nodeId, long fh, boolean flockRelease, long flockOwner, Replies.Ok reply)
      throws IOException {
    OpenHandle handle = handles.remove(fh);
    if (handle == null) {
      throw new ErrnoException(Errno.EBADF, "file handle " + fh);
    }
    close(handle);
    reply.ok();
  }

  private void close(OpenHandle handle) {
    locks.release(handle);
    Inode inode = handle.inode();
    try (Held held = inode.lock(LockMode.PR)) {
      inode.opens().closed();
    } catch (IOException e) {
      LOG.warn("{}: close of {}", volume, inode, e);
    }
    volume.orphans().release(inode);
  }

  @Override
  public void fsync(Request rq, long nodeId, long fh, boolean dataOnly, Replies.Ok reply)
      throws IOException {
    files.fsync(node(nodeId));
    reply.ok();
  }

  @Override
  public void opendir(Request rq, long nodeId, Replies.Opens reply) throws IOException {
    Inode inode = node(nodeId);
    try (Held held = inode.lock(LockMode.PR)) {
      NamespaceOps.checkDirectory(inode);
    }
    reply.opened(new OpenFile(0, false, false));
  }

  @Override
  public void readdir(
      Request rq, long nodeId, long fh, long offset, boolean plus, Replies.Listing reply)
      throws IOException {
    Inode dir = node(nodeId);
    try (Held held = dir.lock(LockMode.PR)) {
      if (dir.attrs().nlink > 0) {
        new Directory(volume.geometry(), dir)
            .list(
                offset,
                (name, ino, type, next) ->
                    reply.add(name, ino, next, type.modeBits() >> FileMode.TYPE_SHIFT, null));
      }
    }
    reply.done();
  }

  @Override
  public void releasedir(Request rq, long nodeId, long fh, Replies.Ok reply) {
    reply.ok();
  }

  @Override
  public void fsyncdir(Request rq, long nodeId, long fh, Replies.Ok reply) throws IOException {
    files.fsync(node(nodeId));
    reply.ok();
  }

  @Override
  public void statfs(Request rq, long nodeId, Replies.Stats reply) throws IOException {
    AllocTotals totals = volume.allocators().totals();
    int blocks = volume.geometry().blocksPerCluster();
    reply.statfs(
        new StatFs(
            volume.geometry().blockSize(),
            totals.clusters() * blocks,
            totals.freeClusters() * blocks,
            totals.freeClusters() * blocks,
            totals.clusters(),
            totals.freeClusters(),
            Name.MAX_LENGTH));
  }

  @Override
  public void getlk(Request rq, long nodeId, long fh, FileLock lock, Replies.Locks reply)
      throws IOException {
    locks.getlk(fh, lock, reply);
  }

  @Override
  public void setlk(Request rq, long nodeId, long fh, FileLock lock, boolean wait, Replies.Ok reply)
      throws IOException {
    locks.setlk(rq, fh, lock, wait, reply);
  }

  @Override
  public void flock(Request rq, long nodeId, long fh, FileLock lock, boolean wait, Replies.Ok reply)
      throws IOException {
    locks.flock(rq, fh, lock, wait, reply);
  }

  @Override
  public void fallocate(
      Request rq, long nodeId, long fh, int mode, long offset, long length, Replies.Ok reply)
      throws IOException {
    files.fallocate(handles.get(fh).inode(), mode, offset, length);
    reply.ok();
  }

  @Override
  public void lseek(
      Request rq, long nodeId, long fh, long offset, int whence, Replies.Offsets reply)
      throws IOException {
    reply.offset(files.seek(handles.get(fh).inode(), offset, whence));
  }

  @Override
  public void failed(IOException why) {
    volume.failed(why);
  }

  @Override
  public void destroy() {
    for (OpenHandle handle : handles.removeAll()) {
      close(handle);
    }
    leave.run();
  }
}
