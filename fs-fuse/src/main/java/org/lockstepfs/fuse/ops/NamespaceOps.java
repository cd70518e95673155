package org.lockstepfs.fuse.ops;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.format.FileType;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.Reservation;
import org.lockstepfs.fuse.dir.DirPosition;
import org.lockstepfs.fuse.dir.DirRoom;
import org.lockstepfs.fuse.dir.Directory;
import org.lockstepfs.fuse.inode.FileMode;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.vfs.Request;
import org.lockstepfs.fuse.volume.Volume;
import org.lockstepfs.locks.mode.LockMode;

/**
 * Names: lookup, create, link and unlink.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/namei.c.
 */
final class NamespaceOps {
  /** Most links to an inode; directories count their subdirectories. */
  static final int LINK_MAX = 32_000;

  private static final int DINODE_CREDITS = 1;

  private final Volume volume;
  private final InodeMaker maker;

  NamespaceOps(Volume volume, InodeMaker maker) {
    this.volume = volume;
    this.maker = maker;
  }

  /** Finds the inode of a name and counts a reference to it. */
  Inode lookup(Inode dir, Name name) throws IOException {
    Names.check(name);
    try (Held held = dir.lock(LockMode.PR)) {
      checkDirectory(dir);
      DirPosition entry = directory(dir).find(name);
      if (entry == null) {
        throw new ErrnoException(Errno.ENOENT, "no " + name + " in " + dir);
      }
      return volume.inodes().get(entry.ino());
    }
  }

  /**
   * Makes an inode and its name.
   *
   * @param target what a symbolic link points to; null for anything else
   * @return the new inode, with a reference counted
   */
  Inode create(Request rq, Inode dir, Name name, int mode, int rdev, byte[] target)
      throws IOException {
    Names.check(name);
    volume.checkWritable();
    boolean isDir = (mode & FileMode.TYPE_MASK) == FileMode.DIRECTORY;
    try (Held held = dir.lock(LockMode.EX)) {
      checkDirectory(dir);
      dir.checkLinked();
      Directory directory = directory(dir);
      if (directory.find(name) != null) {
        throw new ErrnoException(Errno.EEXIST, name + " in " + dir);
      }
      if (isDir && dir.attrs().nlink >= LINK_MAX) {
        throw new ErrnoException(Errno.EMLINK, dir + " has " + LINK_MAX + " links");
      }
      DirRoom room = directory.room(name);
      Reservation wanted =
          directory
              .reserve(room, Reservation.none())
              .withInodes(1)
              .withClusters(maker.clusters(mode, target));
      try (AllocContext alloc = volume.allocators().reserve(wanted)) {
        int credits =
            alloc.credits()
                + directory.credits(room)
                + maker.credits(mode, target)
                + DINODE_CREDITS;
        Inode child;
        try (Handle handle = volume.journal().start(credits)) {
          child = maker.make(handle, alloc, rq, dir, mode, rdev, target);
          if (isDir) {
            dir.attrs().nlink++;
          }
          directory.add(handle, alloc, room, name, child.block(), FileType.ofMode(mode));
        }
        maker.announce(child);
        return child;
      }
    }
  }

  /** Gives an inode another name. */
  void link(Inode inode, Inode dir, Name name) throws IOException {
    Names.check(name);
    volume.checkWritable();
    try (Held heldDir = dir.lock(LockMode.EX)) {
      checkDirectory(dir);
      dir.checkLinked();
      Directory directory = directory(dir);
      if (directory.find(name) != null) {
        throw new ErrnoException(Errno.EEXIST, name + " in " + dir);
      }
      try (Held held = inode.lock(LockMode.EX)) {
        checkLinkable(inode);
        DirRoom room = directory.room(name);
        try (AllocContext alloc =
                volume.allocators().reserve(directory.reserve(room, Reservation.none()));
            Handle handle =
                volume
                    .journal()
                    .start(alloc.credits() + directory.credits(room) + DINODE_CREDITS)) {
          inode.attrs().nlink++;
          inode.touchChanged(handle);
          FileType type = FileType.ofMode(inode.attrs().mode);
          directory.add(handle, alloc, room, name, inode.block(), type);
        }
      }
    }
  }

  private static void checkLinkable(Inode inode) throws ErrnoException {
    if (inode.attrs().isDirectory()) {
      throw new ErrnoException(Errno.EPERM, "link to directory " + inode);
    }
    if (inode.attrs().nlink >= LINK_MAX) {
      throw new ErrnoException(Errno.EMLINK, inode + " has " + LINK_MAX + " links");
    }
    inode.checkLinked();
  }

  /**
   * Removes a name; the inode goes with its last one, or when its last user closes it.
   *
   * @param wantDir rmdir, else unlink
   */
  void remove(Inode dir, Name name, boolean wantDir) throws IOException {
    Names.check(name);
    volume.checkWritable();
    Inode child;
    try (Held heldDir = dir.lock(LockMode.EX)) {
      checkDirectory(dir);
      Directory directory = directory(dir);
      DirPosition entry = directory.find(name);
      if (entry == null) {
        throw new ErrnoException(Errno.ENOENT, "no " + name + " in " + dir);
      }
      child = volume.inodes().get(entry.ino());
      try (Held held = child.lock(LockMode.EX)) {
        checkRemovable(child, wantDir);
        unname(dir, directory, entry, name, child);
      }
    }
    volume.orphans().release(child);
  }

  private void checkRemovable(Inode child, boolean wantDir) throws IOException {
    boolean isDir = child.attrs().isDirectory();
    if (wantDir && !isDir) {
      throw new ErrnoException(Errno.ENOTDIR, child + " is no directory");
    }
    if (!wantDir && isDir) {
      throw new ErrnoException(Errno.EISDIR, child + " is a directory");
    }
    if (isDir && !directory(child).isEmpty()) {
      throw new ErrnoException(Errno.ENOTEMPTY, child + " is not empty");
    }
  }

  private void unname(Inode dir, Directory directory, DirPosition entry, Name name, Inode child)
      throws IOException {
    boolean isDir = child.attrs().isDirectory();
    boolean last = isDir || child.attrs().nlink == 1;
    if (!last) {
      try (Handle handle = volume.journal().start(3 * DINODE_CREDITS)) {
        directory.remove(handle, entry, name);
        child.attrs().nlink--;
        child.touchChanged(handle);
      }
      return;
    }
    volume
        .orphans()
        .orphan(
            child,
            3 * DINODE_CREDITS,
            handle -> {
              if (isDir) {
                dir.attrs().nlink--;
              }
              directory.remove(handle, entry, name);
              child.attrs().nlink = 0;
              child.touchChanged(handle);
            });
  }

  private Directory directory(Inode dir) {
    return new Directory(volume.geometry(), dir);
  }

  static void checkDirectory(Inode dir) throws ErrnoException {
    if (!dir.attrs().isDirectory()) {
      throw new ErrnoException(Errno.ENOTDIR, dir + " is no directory");
    }
  }
}
