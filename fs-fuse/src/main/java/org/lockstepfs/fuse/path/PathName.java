package org.lockstepfs.fuse.path;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.vfs.Name;

/**
 * A path from the root of the mount, as libfuse gives it: names, bytes and not text, each after a
 * slash.
 */
record PathName(List<Name> names) {
  PathName {
    names = List.copyOf(names);
  }

  /** Splits a path; empty names between slashes do not count. */
  static PathName parse(byte[] path) {
    List<Name> names = new ArrayList<>();
    int start = 0;
    for (int i = 0; i <= path.length; i++) {
      if (i == path.length || path[i] == '/') {
        if (i > start) {
          names.add(Name.wrap(Arrays.copyOfRange(path, start, i)));
        }
        start = i + 1;
      }
    }
    return new PathName(names);
  }

  /** Returns the directory that the last name is in. */
  PathName parent() throws ErrnoException {
    checkNotRoot();
    return new PathName(names.subList(0, names.size() - 1));
  }

  /** Returns the last name. */
  Name last() throws ErrnoException {
    checkNotRoot();
    return names.get(names.size() - 1);
  }

  private void checkNotRoot() throws ErrnoException {
    if (names.isEmpty()) {
      throw new ErrnoException(Errno.EBUSY, "change of the root's name");
    }
  }
}
