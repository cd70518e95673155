package org.lockstepfs.fuse.kernel;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.TreeMap;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.SetAttr;
import org.lockstepfs.fuse.vfs.TimeSpec;

/** An inode in memory; guarded by itself. */
final class MemoryNode {
  static final int S_IFMT = 0170000;
  static final int S_IFDIR = 0040000;
  static final int S_IFREG = 0100000;
  static final int S_IFLNK = 0120000;

  final long id;
  final TreeMap<String, MemoryNode> children = new TreeMap<>();
  final MemoryLocks posix = new MemoryLocks();
  final MemoryLocks flock = new MemoryLocks();
  long references;
  private int mode;
  private int uid;
  private int gid;
  private int nlink = 1;
  private byte[] data = new byte[0];
  private int size;
  private TimeSpec atime = new TimeSpec(0, 0);
  private TimeSpec mtime = new TimeSpec(0, 0);

  MemoryNode(long id, int mode, int uid, int gid) {
    this.id = id;
    this.mode = mode;
    this.uid = uid;
    this.gid = gid;
  }

  synchronized Attr attr() {
    long blocks = (size + 511L) / 512;
    return new Attr(id, size, blocks, atime, mtime, mtime, mode, nlink, uid, gid, 0, 4096);
  }

  Entry entry() {
    return new Entry(id, 0, attr(), 0, 0);
  }

  boolean isDirectory() {
    return (mode & S_IFMT) == S_IFDIR;
  }

  int type() {
    return mode >>> 12;
  }

  synchronized void addLinks(int count) {
    nlink += count;
  }

  synchronized void change(SetAttr change) {
    change.mode().ifPresent(m -> mode = (mode & S_IFMT) | m);
    change.uid().ifPresent(u -> uid = u);
    change.gid().ifPresent(g -> gid = g);
    change.size().ifPresent(s -> resize((int) s));
    atime = change.atime() != null ? change.atime() : atime;
    mtime = change.mtime() != null ? change.mtime() : mtime;
  }

  synchronized void read(long offset, int count, ByteBuffer into) {
    int from = (int) Math.min(offset, size);
    into.clear();
    into.put(data, from, Math.min(count, size - from)).flip();
  }

  synchronized int write(long offset, ByteBuffer from) {
    int count = from.remaining();
    resize(Math.max(size, (int) offset + count));
    from.get(data, (int) offset, count);
    return count;
  }

  synchronized int size() {
    return size;
  }

  private void resize(int newSize) {
    if (newSize > data.length) {
      data = Arrays.copyOf(data, Math.max(newSize, data.length * 2));
    } else if (newSize < size) {
      Arrays.fill(data, newSize, size, (byte) 0);
    }
    size = newSize;
  }
}
