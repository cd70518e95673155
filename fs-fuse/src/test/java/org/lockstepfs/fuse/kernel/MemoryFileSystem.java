package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.vfs.OpenFile;
import org.lockstepfs.fuse.vfs.Replies;
import org.lockstepfs.fuse.vfs.Request;
import org.lockstepfs.fuse.vfs.SetAttr;
import org.lockstepfs.fuse.vfs.StatFs;

/** A small file system in memory, to be mounted by tests. The tree is guarded by this object. */
public class MemoryFileSystem implements FileSystem {
  public final AtomicInteger destroyed = new AtomicInteger();
  final Map<Long, MemoryNode> nodes = new ConcurrentHashMap<>();
  private final AtomicLong numbers = new AtomicLong(1);
  private final boolean directIo;

  /**
   * Makes an empty file system.
   *
   * @param directIo have the kernel bypass its page cache
   */
  public MemoryFileSystem(boolean directIo) {
    this.directIo = directIo;
    nodes.put(1L, new MemoryNode(1, MemoryNode.S_IFDIR | 0755, 0, 0));
  }

  MemoryNode node(long id) throws ErrnoException {
    MemoryNode node = nodes.get(id);
    if (node == null) {
      throw new ErrnoException(Errno.ESTALE, "node " + id);
    }
    return node;
  }

  synchronized MemoryNode find(String name) {
    return nodes.get(1L).children.get(name);
  }

  @Override
  public void lookup(Request rq, long parent, Name name, Replies.Entries reply) throws IOException {
    reply.entry(refer(child(parent, name)));
  }

  @Override
  public synchronized void forget(long nodeId, long count) {
    MemoryNode node = nodes.get(nodeId);
    node.references -= count;
    if (node.references == 0 && node.attr().nlink() == 0) {
      nodes.remove(nodeId);
    }
  }

  @Override
  public void getattr(Request rq, long nodeId, Replies.Attrs reply) throws IOException {
    reply.attr(node(nodeId).attr(), 0);
  }

  @Override
  public void setattr(Request rq, long nodeId, SetAttr change, Replies.Attrs reply)
      throws IOException {
    node(nodeId).change(change);
    reply.attr(node(nodeId).attr(), 0);
  }

  @Override
  public void readlink(Request rq, long nodeId, Replies.Data reply) throws IOException {
    node(nodeId).read(0, 4096, reply.buffer());
    reply.data(reply.buffer());
  }

  @Override
  public void mknod(Request rq, long parent, Name name, int mode, int rdev, Replies.Entries reply)
      throws IOException {
    reply.entry(refer(add(rq, parent, name, mode)));
  }

  @Override
  public void mkdir(Request rq, long parent, Name name, int mode, Replies.Entries reply)
      throws IOException {
    reply.entry(refer(add(rq, parent, name, MemoryNode.S_IFDIR | mode)));
  }

  @Override
  public void symlink(Request rq, long parent, Name name, byte[] target, Replies.Entries reply)
      throws IOException {
    MemoryNode made = add(rq, parent, name, MemoryNode.S_IFLNK | 0777);
    made.write(0, ByteBuffer.wrap(target));
    reply.entry(refer(made));
  }

  @Override
  public void unlink(Request rq, long parent, Name name, Replies.Ok reply) throws IOException {
    remove(parent, name);
    reply.ok();
  }

  @Override
  public void rmdir(Request rq, long parent, Name name, Replies.Ok reply) throws IOException {
    if (!child(parent, name).children.isEmpty()) {
      throw new ErrnoException(Errno.ENOTEMPTY, "rmdir");
    }
    remove(parent, name);
    reply.ok();
  }

  @Override
  public synchronized void rename(
      Request rq, long parent, Name name, long newParent, Name newName, int flags, Replies.Ok reply)
      throws IOException {
    MemoryNode moved = child(parent, name);
    if (flags == 1 && node(newParent).children.containsKey(newName.toString())) {
      throw new ErrnoException(Errno.EEXIST, "rename");
    }
    MemoryNode replaced = node(newParent).children.put(newName.toString(), moved);
    if (replaced != null) {
      replaced.addLinks(-1);
    }
    node(parent).children.remove(name.toString());
    reply.ok();
  }

  @Override
  public synchronized void link(
      Request rq, long nodeId, long newParent, Name newName, Replies.Entries reply)
      throws IOException {
    node(newParent).children.put(newName.toString(), node(nodeId));
    node(nodeId).addLinks(1);
    reply.entry(refer(node(nodeId)));
  }

  @Override
  public void open(Request rq, long nodeId, int flags, Replies.Opens reply) throws IOException {
    reply.opened(file());
  }

  @Override
  public void create(Request rq, long parent, Name name, int mode, int flags, Replies.Creates reply)
      throws IOException {
    reply.created(refer(add(rq, parent, name, MemoryNode.S_IFREG | (mode & 07777))), file());
  }

  @Override
  public void read(Request rq, long nodeId, long fh, long offset, int size, Replies.Data reply)
      throws IOException {
    ByteBuffer buffer = reply.buffer();
    node(nodeId).read(offset, size, buffer);
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
    reply.written(node(nodeId).write(offset, data));
  }

  @Override
  public void flush(Request rq, long nodeId, long fh, long lockOwner, Replies.Ok reply)
      throws IOException {
    node(nodeId).posix.dropOwner(lockOwner);
    reply.ok();
  }

  @Override
  public void release(
      Request rq, long nodeId, long fh, boolean flockRelease, long flockOwner, Replies.Ok reply)
      throws IOException {
    if (flockRelease) {
      node(nodeId).flock.dropOwner(flockOwner);
    }
    reply.ok();
  }

  @Override
  public void fsync(Request rq, long nodeId, long fh, boolean dataOnly, Replies.Ok reply) {
    reply.ok();
  }

  @Override
  public void opendir(Request rq, long nodeId, Replies.Opens reply) {
    reply.opened(new OpenFile(nodeId, false, false));
  }

  @Override
  public void readdir(
      Request rq, long nodeId, long fh, long offset, boolean plus, Replies.Listing reply)
      throws IOException {
    synchronized (this) {
      MemoryNode directory = node(nodeId);
      List<Map.Entry<String, MemoryNode>> all = new ArrayList<>(directory.children.entrySet());
      boolean fits = true;
      for (int i = (int) offset; fits && i < all.size() + 2; i++) {
        MemoryNode child = i < 2 ? directory : all.get(i - 2).getValue();
        Name name = Name.of(i < 2 ? "..".substring(1 - i) : all.get(i - 2).getKey());
        Entry entry = plus && i >= 2 ? child.entry() : null;
        fits = reply.add(name, child.id, i + 1, child.type(), entry);
        child.references += fits && entry != null ? 1 : 0;
      }
    }
    reply.done();
  }

  @Override
  public void releasedir(Request rq, long nodeId, long fh, Replies.Ok reply) {
    reply.ok();
  }

  @Override
  public void fsyncdir(Request rq, long nodeId, long fh, Replies.Ok reply) {
    reply.ok();
  }

  @Override
  public void statfs(Request rq, long nodeId, Replies.Stats reply) {
    reply.statfs(new StatFs(4096, 1 << 20, 1 << 19, 1 << 19, 1000, 900, 255));
  }

  @Override
  public void getlk(Request rq, long nodeId, long fh, FileLock lock, Replies.Locks reply)
      throws IOException {
    reply.lock(node(nodeId).posix.test(lock));
  }

  @Override
  public void setlk(Request rq, long nodeId, long fh, FileLock lock, boolean wait, Replies.Ok reply)
      throws IOException {
    node(nodeId).posix.set(rq, lock, wait, reply);
  }

  @Override
  public void flock(Request rq, long nodeId, long fh, FileLock lock, boolean wait, Replies.Ok reply)
      throws IOException {
    node(nodeId).flock.set(rq, lock, wait, reply);
  }

  @Override
  public void fallocate(
      Request rq, long nodeId, long fh, int mode, long offset, long length, Replies.Ok reply) {
    reply.error(Errno.EOPNOTSUPP);
  }

  @Override
  public void lseek(
      Request rq, long nodeId, long fh, long offset, int whence, Replies.Offsets reply)
      throws IOException {
    reply.offset(whence == 3 ? offset : node(nodeId).size());
  }

  @Override
  public void destroy() {
    destroyed.incrementAndGet();
  }

  private OpenFile file() {
    return new OpenFile(numbers.incrementAndGet(), directIo, false);
  }

  private synchronized Entry refer(MemoryNode node) {
    node.references++;
    return node.entry();
  }

  private synchronized MemoryNode child(long parent, Name name) throws ErrnoException {
    MemoryNode child = node(parent).children.get(name.toString());
    if (child == null) {
      throw new ErrnoException(Errno.ENOENT, name.toString());
    }
    return child;
  }

  private synchronized MemoryNode add(Request rq, long parent, Name name, int mode)
      throws ErrnoException {
    MemoryNode made = new MemoryNode(numbers.incrementAndGet(), mode, rq.uid(), rq.gid());
    if (node(parent).children.putIfAbsent(name.toString(), made) != null) {
      throw new ErrnoException(Errno.EEXIST, name.toString());
    }
    nodes.put(made.id, made);
    return made;
  }

  private synchronized void remove(long parent, Name name) throws ErrnoException {
    child(parent, name).addLinks(-1);
    node(parent).children.remove(name.toString());
  }
}
