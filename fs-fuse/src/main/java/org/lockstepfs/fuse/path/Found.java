package org.lockstepfs.fuse.path;

import java.io.IOException;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.FileSystem;
import org.lockstepfs.fuse.vfs.Name;

/**
 * A node that a path led to, with the one reference that its lookup counted; closing gives that
 * back. The root is always there and counts none.
 */
final class Found implements AutoCloseable {
  /** Node id of the root directory. */
  static final long ROOT = 1;

  private final FileSystem fs;
  private final long nodeId;
  private final Attr attr;
  private boolean kept;

  private Found(FileSystem fs, long nodeId, Attr attr) {
    this.fs = fs;
    this.nodeId = nodeId;
    this.attr = attr;
  }

  /** Walks a path from the root. */
  static Found walk(FileSystem fs, Caller rq, PathName path) throws IOException {
    Found at = new Found(fs, ROOT, null);
    for (Name name : path.names()) {
      try (Found dir = at) {
        at = of(fs, Answer.of(new Answer.OfEntry(), rq, a -> fs.lookup(rq, dir.nodeId, name, a)));
      }
    }
    return at;
  }

  /** Takes over the reference of an entry that the file system has just answered. */
  static Found of(FileSystem fs, Entry entry) {
    return new Found(fs, entry.nodeId(), entry.attr());
  }

  long nodeId() {
    return nodeId;
  }

  /** Returns the attributes that the lookup gave; those of the root are read. */
  Attr attr(Caller rq) throws IOException {
    return attr != null ? attr : Answer.of(new Answer.OfAttr(), rq, a -> fs.getattr(rq, nodeId, a));
  }

  /** Keeps the reference beyond the end of this object; returns the node id. */
  long keep() {
    kept = true;
    return nodeId;
  }

  @Override
  public void close() {
    if (!kept) {
      release(fs, nodeId);
    }
  }

  /** Gives back a reference that was kept. */
  static void release(FileSystem fs, long nodeId) {
    if (nodeId != ROOT) {
      fs.forget(nodeId, 1);
    }
  }
}
