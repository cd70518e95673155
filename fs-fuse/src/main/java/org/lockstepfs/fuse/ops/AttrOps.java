package org.lockstepfs.fuse.ops;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.file.FileSpace;
import org.lockstepfs.fuse.inode.FileMode;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.InodeAttrs;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.SetAttr;
import org.lockstepfs.fuse.volume.Volume;
import org.lockstepfs.locks.mode.LockMode;

/** Attributes: stat, chmod, chown, utimensat, truncate. */
final class AttrOps {
  private static final int DINODE_CREDITS = 1;

  /** How long the kernel may believe what it will be told of when it changes. */
  static final long LEASE_MS = TimeUnit.DAYS.toMillis(1);

  private final Volume volume;
  private final FileSpace space;

  AttrOps(Volume volume, FileSpace space) {
    this.volume = volume;
    this.space = space;
  }

  /**
   * Attributes that were just read.
   *
   * @param validMs how long the kernel may believe them, unless it is told before
   */
  record Leased(Attr attr, long validMs) {}

  Leased get(Inode inode) throws IOException {
    try (Held held = inode.lock(LockMode.PR)) {
      return new Leased(inode.attr(), inode.lease().grant() ? LEASE_MS : 0);
    }
  }

  Attr set(Inode inode, SetAttr change) throws IOException {
    volume.checkWritable();
    try (Held held = inode.lock(LockMode.EX)) {
      if (change.size().isPresent()) {
        resize(inode, change.size().getAsLong());
      }
      try (Handle handle = volume.journal().start(DINODE_CREDITS)) {
        apply(inode.attrs(), change);
        if (change.ctime() != null) {
          inode.attrs().ctime = change.ctime();
          inode.store(handle);
        } else {
          inode.touchChanged(handle);
        }
      }
      return inode.attr();
    }
  }

  private void resize(Inode inode, long size) throws IOException {
    if (inode.attrs().isDirectory()) {
      throw new ErrnoException(Errno.EISDIR, "truncate " + inode);
    }
    if (!inode.attrs().isRegular()) {
      throw new ErrnoException(Errno.EINVAL, "truncate " + inode);
    }
    space.truncate(inode, size);
  }

  private static void apply(InodeAttrs attrs, SetAttr change) {
    attrs.uid = change.uid().orElse(attrs.uid);
    attrs.gid = change.gid().orElse(attrs.gid);
    if (change.mode().isPresent()) {
      int permissions = change.mode().getAsInt() & FileMode.PERMISSIONS;
      attrs.mode = attrs.mode & ~FileMode.PERMISSIONS | permissions;
    }
    if (change.killSuidGid() || (change.isChown() && !attrs.isDirectory())) {
      killSuidGid(attrs);
    }
    attrs.atime = change.atime() == null ? attrs.atime : change.atime();
    attrs.mtime = change.mtime() == null ? attrs.mtime : change.mtime();
  }

  /** Clears set-user-id, and set-group-id where the group may execute. */
  static void killSuidGid(InodeAttrs attrs) {
    attrs.mode &= ~FileMode.SET_UID;
    if ((attrs.mode & FileMode.GROUP_EXECUTE) != 0) {
      attrs.mode &= ~FileMode.SET_GID;
    }
  }
}
