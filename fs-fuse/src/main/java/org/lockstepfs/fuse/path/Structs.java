package org.lockstepfs.fuse.path;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import jnr.constants.platform.Errno;
import jnr.ffi.Pointer;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.StatFs;
import org.lockstepfs.fuse.vfs.TimeSpec;
import ru.serce.jnrfuse.struct.FileStat;
import ru.serce.jnrfuse.struct.Flock;
import ru.serce.jnrfuse.struct.Statvfs;
import ru.serce.jnrfuse.struct.Timespec;

/** The C structures of libfuse's callbacks, for 64-bit Linux. */
final class Structs {
  private static final int TIMESPEC_BYTES = 16;
  private static final long UTIME_NOW = (1L << 30) - 1;
  private static final long UTIME_OMIT = (1L << 30) - 2;
  private static final int LONGEST_PATH = 1 << 20;

  private Structs() {}

  /** Reads a string without its terminator: bytes, not text. */
  static byte[] bytes(Pointer string) throws ErrnoException {
    int length = string.indexOf(0, (byte) 0, LONGEST_PATH);
    if (length < 0) {
      throw new ErrnoException(Errno.ENAMETOOLONG, "path beyond " + LONGEST_PATH + " bytes");
    }
    byte[] bytes = new byte[length];
    string.get(0, bytes, 0, length);
    return bytes;
  }

  static PathName path(Pointer string) throws ErrnoException {
    return PathName.parse(bytes(string));
  }

  /** Writes a {@code struct stat}; device numbers are in the kernel's encoding, as libfuse's. */
  static void stat(Pointer to, Attr attr) {
    FileStat stat = FileStat.of(to);
    stat.st_ino.set(attr.ino());
    stat.st_mode.set(attr.mode());
    stat.st_nlink.set(attr.nlink());
    stat.st_uid.set(attr.uid());
    stat.st_gid.set(attr.gid());
    stat.st_rdev.set(attr.rdev());
    stat.st_size.set(attr.size());
    stat.st_blksize.set(attr.blksize());
    stat.st_blocks.set(attr.blocks());
    time(stat.st_atim, attr.atime());
    time(stat.st_mtim, attr.mtime());
    time(stat.st_ctim, attr.ctime());
  }

  private static void time(Timespec to, TimeSpec time) {
    to.tv_sec.set(time.seconds());
    to.tv_nsec.set(time.nanos());
  }

  static void statfs(Pointer to, StatFs totals) {
    Statvfs stat = Statvfs.of(to);
    stat.f_bsize.set(totals.blockSize());
    stat.f_frsize.set(totals.blockSize());
    stat.f_blocks.set(totals.blocks());
    stat.f_bfree.set(totals.bfree());
    stat.f_bavail.set(totals.bavail());
    stat.f_files.set(totals.files());
    stat.f_ffree.set(totals.ffree());
    stat.f_favail.set(totals.ffree());
    stat.f_namemax.set(totals.nameMax());
  }

  /**
   * Reads one of utimensat(2)'s two times.
   *
   * @return null to leave it as it is
   */
  static TimeSpec time(Pointer times, int index, Clock clock) {
    long seconds = times.getLong((long) index * TIMESPEC_BYTES);
    long nanos = times.getLong((long) index * TIMESPEC_BYTES + Long.BYTES);
    if (nanos == UTIME_OMIT) {
      return null;
    }
    if (nanos == UTIME_NOW) {
      Instant now = clock.instant();
      return new TimeSpec(now.getEpochSecond(), now.getNano());
    }
    return new TimeSpec(seconds, (int) nanos);
  }

  /** Reads a {@code struct flock}; libfuse always counts from the start of the file. */
  static FileLock lock(Pointer from, long owner) throws IOException {
    Flock flock = Flock.of(from);
    long start = flock.l_start.get();
    long length = flock.l_len.get();
    long end = length == 0 ? Long.MAX_VALUE : start + length - 1;
    return new FileLock(owner, start, end, type(flock.l_type.get()), flock.l_pid.intValue());
  }

  private static FileLock.Type type(short number) throws IOException {
    return switch (number) {
      case Flock.F_RDLCK -> FileLock.Type.READ;
      case Flock.F_WRLCK -> FileLock.Type.WRITE;
      case Flock.F_UNLCK -> FileLock.Type.UNLOCK;
      default -> throw new ErrnoException(Errno.EINVAL, "lock type " + number);
    };
  }

  /** Writes the lock that is in the way, or that there is none. */
  static void lock(Pointer to, FileLock lock) {
    if (lock.type() == FileLock.Type.UNLOCK) {
      unlocked(to);
      return;
    }
    Flock flock = Flock.of(to);
    boolean write = lock.type() == FileLock.Type.WRITE;
    flock.l_type.set((short) (write ? Flock.F_WRLCK : Flock.F_RDLCK));
    flock.l_start.set(lock.start());
    flock.l_len.set(lock.end() == Long.MAX_VALUE ? 0 : lock.end() - lock.start() + 1);
    flock.l_pid.set(lock.pid());
  }

  /** Makes an unlock of a {@code struct flock}, its range as it is. */
  static void unlocked(Pointer flock) {
    Flock.of(flock).l_type.set((short) Flock.F_UNLCK);
  }

  /** Reads an operation of flock(2), without its LOCK_NB. */
  static FileLock flock(int operation, long owner, int pid) throws ErrnoException {
    FileLock.Type type =
        switch (operation) {
          case Flock.LOCK_SH -> FileLock.Type.READ;
          case Flock.LOCK_EX -> FileLock.Type.WRITE;
          case Flock.LOCK_UN -> FileLock.Type.UNLOCK;
          default -> throw new ErrnoException(Errno.EINVAL, "flock operation " + operation);
        };
    return new FileLock(owner, 0, Long.MAX_VALUE, type, pid);
  }
}
