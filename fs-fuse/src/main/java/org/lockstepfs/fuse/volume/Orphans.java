package org.lockstepfs.fuse.volume;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.format.FileType;
import org.lockstepfs.blockdev.format.InodeFlags;
import org.lockstepfs.blockdev.format.SubAllocation;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.alloc.AllocContext;
import org.lockstepfs.fuse.alloc.ClaimedBlock;
import org.lockstepfs.fuse.alloc.Reservation;
import org.lockstepfs.fuse.dir.DirPosition;
import org.lockstepfs.fuse.dir.DirRoom;
import org.lockstepfs.fuse.dir.Directory;
import org.lockstepfs.fuse.extent.Mapping;
import org.lockstepfs.fuse.file.FileSpace;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.vfs.Name;
import org.lockstepfs.locks.mode.LockMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Inodes without a name. Losing the last name puts an inode into the orphan directory of this
 * node's slot, in the same transaction; whoever finds that no node has it open any more frees it. A
 * crash in between leaves the entry for the next one to mount or recover the slot.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/namei.c, ocfs2_orphan_add; inode.c, ocfs2_wipe_inode; journal.c,
 * ocfs2_recover_orphans.
 */
public final class Orphans {
  private static final Logger LOG = LoggerFactory.getLogger(Orphans.class);
  private static final int DINODE_CREDITS = 1;
  private static final int ORPHAN_CREDITS = 4;

  private final Volume volume;
  private final FileSpace space;

  Orphans(Volume volume, FileSpace space) {
    this.volume = volume;
    this.space = space;
  }

  /** The rest of the transaction in which an inode loses its last name. */
  @FunctionalInterface
  public interface Update {
    /** Makes the changes. */
    void apply(Handle handle) throws IOException;
  }

  /** Returns an orphan's name in the orphan directory: its block in hexadecimal. */
  private static Name orphanName(long block) {
    return Name.of(HexFormat.of().toHexDigits(block));
  }

  /**
   * Makes an inode an orphan. The caller holds the inode's lock in EX, and no handle.
   *
   * @param credits how many blocks {@code update} may dirty
   * @param update removes the last name and sets the link count to 0
   */
  public void orphan(Inode inode, int credits, Update update) throws IOException {
    int slot = volume.slot();
    Inode orphanDir = volume.systemFiles().orphanDir(slot);
    Name name = orphanName(inode.block());
    try (Held held = orphanDir.lock(LockMode.EX)) {
      Directory directory = new Directory(volume.geometry(), orphanDir);
      DirRoom room = directory.room(name);
      try (AllocContext alloc =
              volume.allocators().reserve(directory.reserve(room, Reservation.none()));
          Handle handle =
              volume
                  .journal()
                  .start(alloc.credits() + directory.credits(room) + credits + ORPHAN_CREDITS)) {
        boolean isDir = inode.attrs().isDirectory();
        update.apply(handle);
        if (isDir) {
          orphanDir.attrs().nlink++;
        }
        directory.add(handle, alloc, room, name, inode.block(), entryType(inode));
        handle.dirty(inode.dinode());
        Dinode dinode = inode.dinodeView();
        dinode.setFlags(dinode.flags() | InodeFlags.ORPHANED);
        dinode.setOrphanedSlot(slot);
        inode.store(handle);
      }
    }
  }

  private static FileType entryType(Inode inode) {
    return FileType.ofMode(inode.attrs().mode);
  }

  /**
   * Gives back a reference to an inode that may have lost its last name, and frees it if nobody
   * needs it any more. The caller holds no lock. Failures are logged: the orphan stays for a later
   * attempt.
   */
  public void release(Inode inode) {
    boolean wiped = false;
    try {
      wiped = tryWipe(inode);
    } catch (IOException e) {
      wiped = isGone(e);
      if (!wiped) {
        volume.failed(e);
        LOG.warn("{}: orphan {} stays for now", volume, inode.block(), e);
      }
    }
    volume.inodes().put(inode, 1);
    if (wiped) {
      volume.inodes().evictIfIdle(inode.block());
    }
  }

  /** Another node may have been faster. */
  private static boolean isGone(IOException e) {
    return e instanceof ErrnoException known && known.errno() == Errno.ESTALE;
  }

  /** Frees an inode if it has no name and is open nowhere; returns whether it did. */
  public boolean tryWipe(Inode inode) throws IOException {
    if (volume.isFrozen() || inode.attrs() != null && inode.attrs().nlink > 0) {
      return false;
    }
    try (Held held = inode.lock(LockMode.EX)) {
      if (inode.attrs().nlink > 0 || inode.isWiped() || !inode.opens().nobody()) {
        return false;
      }
      if (!inode.isInline() && inode.attrs().clusters > 0) {
        space.removeClusters(inode, 0, Mapping.MAX_CPOS);
      }
      free(inode);
      return true;
    }
  }

  private void free(Inode inode) throws IOException {
    Dinode dinode = inode.dinodeView();
    Inode orphanDir = volume.systemFiles().orphanDir(dinode.orphanedSlot());
    SubAllocation from = dinode.subAllocation();
    ClaimedBlock home = new ClaimedBlock(inode.block(), from.slot(), from.group(), from.bit());
    Name name = orphanName(inode.block());
    try (Held held = orphanDir.lock(LockMode.EX);
        AllocContext alloc =
            volume.allocators().reserve(Reservation.none().withFreedInode(home.slot()));
        Handle handle =
            volume.journal().start(alloc.credits() + ORPHAN_CREDITS + 2 * DINODE_CREDITS)) {
      Directory directory = new Directory(volume.geometry(), orphanDir);
      DirPosition entry = directory.find(name);
      if (entry != null) {
        if (inode.attrs().isDirectory()) {
          orphanDir.attrs().nlink--;
        }
        directory.remove(handle, entry, name);
      }
      inode.wipe(handle);
      alloc.freeInode(handle, home);
    }
  }

  /** Frees what a crash or an open file left in a slot's orphan directory. */
  public void scan(int slot) throws IOException {
    Inode orphanDir = volume.systemFiles().orphanDir(slot);
    List<Long> blocks = new ArrayList<>();
    try (Held held = orphanDir.lock(LockMode.PR)) {
      new Directory(volume.geometry(), orphanDir)
          .list(
              0,
              (name, ino, type, next) -> {
                if (!name.equals(Directory.DOT) && !name.equals(Directory.DOT_DOT)) {
                  blocks.add(ino);
                }
                return true;
              });
    }
    for (long block : blocks) {
      release(volume.inodes().get(block));
    }
  }
}
