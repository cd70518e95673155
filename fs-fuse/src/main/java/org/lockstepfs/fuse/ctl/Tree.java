package org.lockstepfs.fuse.ctl;

import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;

/** Finds what a path names. */
final class Tree {
  private final Dir root;

  Tree(Dir root) {
    this.root = root;
  }

  /** Throws ENOENT or ENOTDIR. */
  Entry entry(String path) throws ErrnoException {
    Entry found = root;
    for (String name : path.split("/")) {
      if (!name.isEmpty()) {
        if (!(found instanceof Dir directory)) {
          throw new ErrnoException(Errno.ENOTDIR, path);
        }
        found = directory.child(name);
        if (found == null) {
          throw new ErrnoException(Errno.ENOENT, path);
        }
      }
    }
    return found;
  }

  Dir directory(String path) throws ErrnoException {
    if (entry(path) instanceof Dir directory) {
      return directory;
    }
    throw new ErrnoException(Errno.ENOTDIR, path);
  }

  Leaf leaf(String path) throws ErrnoException {
    if (entry(path) instanceof Leaf leaf) {
      return leaf;
    }
    throw new ErrnoException(Errno.EISDIR, path);
  }

  Dir parent(String path) throws ErrnoException {
    return directory(path.substring(0, path.lastIndexOf('/')));
  }

  static String name(String path) {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /** Returns the last name of a path; EEXIST if there is something of that name. */
  String freeName(String path) throws ErrnoException {
    String name = name(path);
    if (parent(path).child(name) != null) {
      throw new ErrnoException(Errno.EEXIST, path);
    }
    return name;
  }
}
