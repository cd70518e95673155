package org.lockstepfs.fuse.path;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.OptionalLong;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.lockstepfs.fuse.vfs.SetAttr;
import org.lockstepfs.fuse.vfs.StatFs;
import org.lockstepfs.fuse.vfs.TimeSpec;

/** Operations on names: finds the nodes, calls the file system, gives every reference back. */
final class PathCalls {
  private final FileSystem fs;

  PathCalls(FileSystem fs) {
    this.fs = fs;
  }

  /** A call that answers with an entry. */
  private interface Maker {
    void make(long dir, Answer.OfEntry reply) throws IOException;
  }

  private Found find(Caller rq, PathName path) throws IOException {
    return Found.walk(fs, rq, path);
  }

  Attr getattr(Caller rq, PathName path) throws IOException {
    try (Found node = find(rq, path)) {
      return node.attr(rq);
    }
  }

  ByteBuffer readlink(Caller rq, PathName path, ByteBuffer buffer) throws IOException {
    try (Found node = find(rq, path)) {
      return Answer.of(new Answer.OfData(buffer), rq, a -> fs.readlink(rq, node.nodeId(), a));
    }
  }

  void mknod(Caller rq, PathName path, int mode, int rdev) throws IOException {
    make(rq, path, (dir, reply) -> fs.mknod(rq, dir, path.last(), mode, rdev, reply));
  }

  void mkdir(Caller rq, PathName path, int mode) throws IOException {
    make(rq, path, (dir, reply) -> fs.mkdir(rq, dir, path.last(), mode, reply));
  }

  void symlink(Caller rq, byte[] target, PathName path) throws IOException {
    make(rq, path, (dir, reply) -> fs.symlink(rq, dir, path.last(), target, reply));
  }

  void link(Caller rq, PathName old, PathName path) throws IOException {
    try (Found node = find(rq, old)) {
      make(rq, path, (dir, reply) -> fs.link(rq, node.nodeId(), dir, path.last(), reply));
    }
  }

  /** libfuse looks the new name up by itself; the reference of the answer is not needed. */
  private void make(Caller rq, PathName path, Maker maker) throws IOException {
    try (Found dir = find(rq, path.parent())) {
      Entry made = Answer.of(new Answer.OfEntry(), rq, a -> maker.make(dir.nodeId(), a));
      Found.of(fs, made).close();
    }
  }

  void unlink(Caller rq, PathName path) throws IOException {
    try (Found dir = find(rq, path.parent())) {
      Answer.of(new Answer.Done(), rq, a -> fs.unlink(rq, dir.nodeId(), path.last(), a));
    }
  }

  void rmdir(Caller rq, PathName path) throws IOException {
    try (Found dir = find(rq, path.parent())) {
      Answer.of(new Answer.Done(), rq, a -> fs.rmdir(rq, dir.nodeId(), path.last(), a));
    }
  }

  void rename(Caller rq, PathName old, PathName path) throws IOException {
    try (Found from = find(rq, old.parent());
        Found to = find(rq, path.parent())) {
      Answer.of(
          new Answer.Done(),
          rq,
          a -> fs.rename(rq, from.nodeId(), old.last(), to.nodeId(), path.last(), 0, a));
    }
  }

  void chmod(Caller rq, PathName path, int mode) throws IOException {
    change(rq, path, Changes.mode(mode));
  }

  /** Changes the owner; -1 leaves a part as it is. */
  void chown(Caller rq, PathName path, int uid, int gid) throws IOException {
    change(rq, path, Changes.owner(uid, gid));
  }

  void truncate(Caller rq, PathName path, long size) throws IOException {
    change(rq, path, Changes.size(OptionalLong.empty(), size, rq));
  }

  /** Sets times; null leaves one as it is. */
  void utimens(Caller rq, PathName path, TimeSpec atime, TimeSpec mtime) throws IOException {
    change(rq, path, Changes.times(atime, mtime));
  }

  private void change(Caller rq, PathName path, SetAttr change) throws IOException {
    try (Found node = find(rq, path)) {
      Answer.of(new Answer.OfAttr(), rq, a -> fs.setattr(rq, node.nodeId(), change, a));
    }
  }

  StatFs statfs(Caller rq, PathName path) throws IOException {
    try (Found node = find(rq, path)) {
      return Answer.of(new Answer.OfStats(), rq, a -> fs.statfs(rq, node.nodeId(), a));
    }
  }
}
