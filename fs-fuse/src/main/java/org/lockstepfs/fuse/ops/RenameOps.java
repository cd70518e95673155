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
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.fuse.volume.Volume;
import org.lockstepfs.locks.mode.LockMode;

/**
 * Rename, plain and exchanging.
 *
 * <p>Directories are locked the ancestor first, else the lower block first; then the inodes by
 * block. A move between directories holds the cluster's RENAME lock, so that no two moves can
 * together put a directory below itself.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/namei.c, ocfs2_rename and ocfs2_double_lock.
 */
final class RenameOps {
  static final int NOREPLACE = 1;
  static final int EXCHANGE = 2;

  private static final int DINODE_CREDITS = 1;
  private static final int DIRENT_CREDITS = 2;

  private final Volume volume;

  RenameOps(Volume volume) {
    this.volume = volume;
  }

  /** One side of a rename, locked. */
  private record Side(Inode dir, Directory directory, Name name, DirPosition entry) {}

  void rename(Inode oldDir, Name oldName, Inode newDir, Name newName, int flags)
      throws IOException {
    Names.check(oldName);
    Names.check(newName);
    if ((flags & ~(NOREPLACE | EXCHANGE)) != 0 || flags == (NOREPLACE | EXCHANGE)) {
      throw new ErrnoException(Errno.EINVAL, "rename flags " + flags);
    }
    volume.checkWritable();
    Inode replaced;
    if (oldDir == newDir) {
      try (Held held = oldDir.lock(LockMode.EX)) {
        replaced = renameLocked(oldDir, oldName, newDir, newName, flags);
      }
    } else {
      replaced = renameAcross(oldDir, oldName, newDir, newName, flags);
    }
    if (replaced != null) {
      volume.orphans().release(replaced);
    }
  }

  private Inode renameAcross(Inode oldDir, Name oldName, Inode newDir, Name newName, int flags)
      throws IOException {
    try (Held moving = volume.lockRenames()) {
      boolean oldFirst =
          isAncestor(oldDir.block(), newDir)
              || (oldDir.block() < newDir.block() && !isAncestor(newDir.block(), oldDir));
      try (Held first = (oldFirst ? oldDir : newDir).lock(LockMode.EX);
          Held second = (oldFirst ? newDir : oldDir).lock(LockMode.EX)) {
        return renameLocked(oldDir, oldName, newDir, newName, flags);
      }
    }
  }

  /** Returns whether a directory lies above another, or is it. */
  private boolean isAncestor(long ancestor, Inode dir) throws IOException {
    Inode at = dir;
    volume.inodes().get(at.block());
    try {
      for (int depth = 0; at.block() != volume.root().block(); depth++) {
        if (at.block() == ancestor) {
          return true;
        }
        if (depth > Volume.MAX_DEPTH) {
          throw new IOException(dir + " lies deeper than " + Volume.MAX_DEPTH);
        }
        Inode parent = parent(at);
        volume.inodes().put(at, 1);
        at = parent;
      }
      return at.block() == ancestor;
    } finally {
      volume.inodes().put(at, 1);
    }
  }

  private Inode parent(Inode dir) throws IOException {
    try (Held held = dir.lock(LockMode.PR)) {
      NamespaceOps.checkDirectory(dir);
      return volume.inodes().get(dotDot(dir).ino());
    }
  }

  private DirPosition dotDot(Inode dir) throws IOException {
    DirPosition entry = directory(dir).find(Directory.DOT_DOT);
    if (entry == null) {
      throw new IOException(dir + " has no \"..\"");
    }
    return entry;
  }

  private Directory directory(Inode dir) {
    return new Directory(volume.geometry(), dir);
  }

  private Inode renameLocked(Inode oldDir, Name oldName, Inode newDir, Name newName, int flags)
      throws IOException {
    NamespaceOps.checkDirectory(oldDir);
    NamespaceOps.checkDirectory(newDir);
    newDir.checkLinked();
    Side from = side(oldDir, oldName);
    Side to = side(newDir, newName);
    check(from, to, flags);
    if (to.entry != null && to.entry.ino() == from.entry.ino()) {
      return null;
    }
    Inode moved = volume.inodes().get(from.entry.ino());
    Inode target = to.entry == null ? null : volume.inodes().get(to.entry.ino());
    try {
      boolean movedFirst = target == null || moved.block() < target.block();
      try (Held first = (movedFirst ? moved : target).lock(LockMode.EX);
          Held second =
              target == null ? () -> {} : (movedFirst ? target : moved).lock(LockMode.EX)) {
        return move(from, to, moved, target, flags);
      }
    } finally {
      volume.inodes().put(moved, 1);
      if (target != null) {
        volume.inodes().put(target, 1);
      }
    }
  }

  private Side side(Inode dir, Name name) throws IOException {
    Directory directory = directory(dir);
    return new Side(dir, directory, name, directory.find(name));
  }

  private void check(Side from, Side to, int flags) throws IOException {
    if (from.entry == null || (flags == EXCHANGE && to.entry == null)) {
      throw new ErrnoException(Errno.ENOENT, "rename " + from.name + " to " + to.name);
    }
    if (flags == NOREPLACE && to.entry != null) {
      throw new ErrnoException(Errno.EEXIST, to.name + " in " + to.dir);
    }
    if (from.entry.ino() == to.dir.block()) {
      throw new ErrnoException(Errno.EINVAL, from.name + " into itself");
    }
    if (to.entry != null && to.entry.ino() == from.dir.block()) {
      throw new ErrnoException(Errno.ENOTEMPTY, to.name + " holds " + from.name);
    }
    boolean movesDir = from.entry.type() == FileType.DIRECTORY;
    if (from.dir != to.dir && movesDir && isAncestorOfLocked(from.entry.ino(), to.dir)) {
      throw new ErrnoException(Errno.EINVAL, from.name + " into itself");
    }
  }

  /** As {@link #isAncestor}, where the directory itself is locked already. */
  private boolean isAncestorOfLocked(long ancestor, Inode dir) throws IOException {
    if (dir.block() == volume.root().block()) {
      return false;
    }
    long parent = dotDot(dir).ino();
    return parent == ancestor || (parent != volume.root().block() && isAbove(ancestor, parent));
  }

  private boolean isAbove(long ancestor, long block) throws IOException {
    Inode inode = volume.inodes().get(block);
    try {
      return isAncestor(ancestor, inode);
    } finally {
      volume.inodes().put(inode, 1);
    }
  }

  /** Returns the inode that lost its last name, with a reference counted, else null. */
  private Inode move(Side from, Side to, Inode moved, Inode target, int flags) throws IOException {
    if (flags == EXCHANGE) {
      exchange(from, to, moved, target);
      return null;
    }
    if (target == null) {
      moveToNewName(from, to, moved);
      return null;
    }
    checkReplaceable(moved, target);
    return replace(from, to, moved, target);
  }

  private void checkReplaceable(Inode moved, Inode target) throws IOException {
    if (target.attrs().isDirectory()) {
      if (!moved.attrs().isDirectory()) {
        throw new ErrnoException(Errno.EISDIR, target + " is a directory");
      }
      if (!directory(target).isEmpty()) {
        throw new ErrnoException(Errno.ENOTEMPTY, target + " is not empty");
      }
    } else if (moved.attrs().isDirectory()) {
      throw new ErrnoException(Errno.ENOTDIR, target + " is no directory");
    }
  }

  private void exchange(Side from, Side to, Inode moved, Inode target) throws IOException {
    int credits = 4 * DINODE_CREDITS + 4 * DIRENT_CREDITS;
    FileType movedType = from.entry.type();
    FileType targetType = to.entry.type();
    try (Handle handle = volume.journal().start(credits)) {
      from.directory.replace(handle, from.entry, target.block(), targetType);
      to.directory.replace(handle, to.entry, moved.block(), movedType);
      reparent(handle, from.dir, to.dir, moved);
      reparent(handle, to.dir, from.dir, target);
      moved.touchChanged(handle);
      target.touchChanged(handle);
    }
  }

  private void moveToNewName(Side from, Side to, Inode moved) throws IOException {
    if (from.dir != to.dir
        && moved.attrs().isDirectory()
        && to.dir.attrs().nlink >= NamespaceOps.LINK_MAX) {
      throw new ErrnoException(Errno.EMLINK, to.dir + " has " + NamespaceOps.LINK_MAX + " links");
    }
    DirRoom room = to.directory.room(to.name);
    try (AllocContext alloc =
            volume.allocators().reserve(to.directory.reserve(room, Reservation.none()));
        Handle handle =
            volume
                .journal()
                .start(
                    alloc.credits()
                        + to.directory.credits(room)
                        + 3 * DINODE_CREDITS
                        + 2 * DIRENT_CREDITS)) {
      to.directory.add(handle, alloc, room, to.name, moved.block(), from.entry.type());
      // Growing may have moved the entry out of the dinode.
      from.directory.remove(handle, from.directory.find(from.name), from.name);
      reparent(handle, from.dir, to.dir, moved);
      moved.touchChanged(handle);
    }
  }

  private Inode replace(Side from, Side to, Inode moved, Inode target) throws IOException {
    int credits = 4 * DINODE_CREDITS + 3 * DIRENT_CREDITS;
    boolean isDir = target.attrs().isDirectory();
    boolean last = isDir || target.attrs().nlink == 1;
    org.lockstepfs.fuse.volume.Orphans.Update update =
        handle -> {
          to.directory.replace(handle, to.entry, moved.block(), from.entry.type());
          from.directory.remove(handle, from.entry, from.name);
          if (isDir) {
            to.dir.attrs().nlink--;
            to.dir.store(handle);
          }
          reparent(handle, from.dir, to.dir, moved);
          moved.touchChanged(handle);
          target.attrs().nlink = last ? 0 : target.attrs().nlink - 1;
          target.touchChanged(handle);
        };
    if (last) {
      volume.orphans().orphan(target, credits, update);
      return volume.inodes().get(target.block());
    }
    try (Handle handle = volume.journal().start(credits)) {
      update.apply(handle);
    }
    return null;
  }

  /** Lets a moved directory's ".." and the link counts follow it. */
  private void reparent(Handle handle, Inode oldDir, Inode newDir, Inode moved) throws IOException {
    if (oldDir == newDir || !moved.attrs().isDirectory()) {
      return;
    }
    DirPosition dotDot = dotDot(moved);
    directory(moved).redirect(handle, dotDot, newDir.block());
    oldDir.attrs().nlink--;
    oldDir.store(handle);
    newDir.attrs().nlink++;
    newDir.store(handle);
  }
}
