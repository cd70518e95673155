package org.lockstepfs.fuse.ops;

import java.io.IOException;
import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.journal.Handle;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.file.FileReader;
import org.lockstepfs.fuse.file.FileSpace;
import org.lockstepfs.fuse.file.FileWriter;
import org.lockstepfs.fuse.inode.Inode;
import org.lockstepfs.fuse.inode.InodeAttrs;
import org.lockstepfs.fuse.inode.LockedInode.Held;
import org.lockstepfs.fuse.vfs.TimeSpec;
import org.lockstepfs.fuse.volume.Volume;
import org.lockstepfs.locks.mode.LockMode;

/** Contents of files and symbolic links. */
final class FileOps {
  private static final int KEEP_SIZE = 1;
  private static final int PUNCH_HOLE = 2;
  private static final int SEEK_DATA = 3;
  private static final int SEEK_HOLE = 4;
  private static final long RELATIME_SECONDS = 24 * 60 * 60;
  private static final int DINODE_CREDITS = 1;

  private final Volume volume;
  private final FileReader reader;
  private final FileWriter writer;
  private final FileSpace space;

  FileOps(Volume volume, FileReader reader, FileWriter writer, FileSpace space) {
    this.volume = volume;
    this.reader = reader;
    this.writer = writer;
    this.space = space;
  }

  /** Reads up to the buffer's limit and flips it. */
  void read(Inode inode, long offset, ByteBuffer dst) throws IOException {
    boolean stale;
    try (Held held = inode.lock(LockMode.PR)) {
      reader.read(inode, offset, dst);
      stale = isAtimeStale(inode.attrs());
    }
    dst.flip();
    if (stale) {
      updateAtime(inode);
    }
  }

  /** As relatime: the first access after a change counts, else one a day. */
  private boolean isAtimeStale(InodeAttrs attrs) {
    if (!volume.keepsAtime()) {
      return false;
    }
    return isBefore(attrs.atime, attrs.mtime)
        || isBefore(attrs.atime, attrs.ctime)
        || volume.now().seconds() - attrs.atime.seconds() >= RELATIME_SECONDS;
  }

  private static boolean isBefore(TimeSpec a, TimeSpec b) {
    return a.seconds() < b.seconds() || (a.seconds() == b.seconds() && a.nanos() <= b.nanos());
  }

  private void updateAtime(Inode inode) throws IOException {
    try (Held held = inode.lock(LockMode.EX);
        Handle handle = volume.journal().start(DINODE_CREDITS)) {
      inode.attrs().atime = volume.now();
      inode.store(handle);
    }
  }

  int write(Inode inode, long offset, ByteBuffer src, boolean append, boolean killSuidGid)
      throws IOException {
    volume.checkWritable();
    if (src.remaining() == 0) {
      return 0;
    }
    try (Held held = inode.lock(LockMode.EX)) {
      if (killSuidGid) {
        killSuidGid(inode);
      }
      long at = append ? inode.attrs().size : offset;
      if (at + src.remaining() > volume.maxFileSize()) {
        throw new ErrnoException(Errno.EFBIG, "write to " + inode + " at " + at);
      }
      return writer.write(inode, at, src);
    }
  }

  /** The kernel leaves it to us and does not learn of it from the answer to a write. */
  private void killSuidGid(Inode inode) {
    int before = inode.attrs().mode;
    AttrOps.killSuidGid(inode.attrs());
    if (inode.attrs().mode != before) {
      volume.attributesChanged(inode.block());
    }
  }

  void fallocate(Inode inode, int mode, long offset, long length) throws IOException {
    volume.checkWritable();
    if (offset < 0 || length <= 0 || offset + length < 0) {
      throw new ErrnoException(Errno.EINVAL, "fallocate " + offset + "+" + length);
    }
    try (Held held = inode.lock(LockMode.EX)) {
      if (!inode.attrs().isRegular()) {
        throw new ErrnoException(Errno.ENODEV, "fallocate " + inode);
      }
      switch (mode) {
        case 0 -> space.allocate(inode, offset, length, false);
        case KEEP_SIZE -> space.allocate(inode, offset, length, true);
        case PUNCH_HOLE | KEEP_SIZE -> space.punch(inode, offset, length);
        default -> throw new ErrnoException(Errno.EOPNOTSUPP, "fallocate mode " + mode);
      }
    }
  }

  long seek(Inode inode, long offset, int whence) throws IOException {
    if (whence != SEEK_DATA && whence != SEEK_HOLE) {
      throw new ErrnoException(Errno.EINVAL, "whence " + whence);
    }
    try (Held held = inode.lock(LockMode.PR)) {
      long found = reader.seek(inode, offset, whence == SEEK_DATA);
      if (found < 0) {
        throw new ErrnoException(Errno.ENXIO, "no data behind " + offset);
      }
      return found;
    }
  }

  /** Puts the target of a symbolic link into a buffer and flips it. */
  void readlink(Inode inode, ByteBuffer dst) throws IOException {
    try (Held held = inode.lock(LockMode.PR)) {
      Dinode dinode = inode.dinodeView();
      if (inode.attrs().clusters == 0) {
        dst.put(dinode.fastSymlink());
      } else {
        reader.read(inode, 0, dst);
      }
    }
    dst.flip();
  }

  /** Makes everything that was done to an inode durable. */
  void fsync(Inode inode) throws IOException {
    int transaction;
    try (Held held = inode.lock(LockMode.PR)) {
      if (volume.journal() == null) {
        return;
      }
      transaction = volume.journal().runningTransactionId();
    }
    volume.journal().commit(transaction);
  }
}
