package org.lockstepfs.fuse.ops;

import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.vfs.Name;

/** Checks of names that come from outside. */
final class Names {
  private Names() {}

  /** Fails unless OCFS2 can store the name. */
  static void check(Name name) throws ErrnoException {
    if (name.length() > Name.MAX_LENGTH) {
      throw new ErrnoException(Errno.ENAMETOOLONG, "name of " + name.length() + " bytes");
    }
    if (name.length() == 0) {
      throw new ErrnoException(Errno.ENOENT, "empty name");
    }
    for (byte b : name.bytes()) {
      if (b == '/' || b == 0) {
        throw new ErrnoException(Errno.EINVAL, "name " + name);
      }
    }
  }
}
