package org.lockstepfs.fuse.bench;

import java.io.IOException;
import java.nio.ByteBuffer;
import jnr.constants.platform.Errno;
import jnr.ffi.LibraryLoader;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.lockstepfs.blockdev.sys.OpenFlag;

/** System calls of one thread; they throw what fails. Constants are Linux's. */
final class Posix {
  static final int CREATE_NEW = OpenFlag.RDWR | 0100 | 0200;
  static final int CREATE = OpenFlag.RDWR | 0100;
  static final int LOCK_EX = 2;
  static final int LOCK_UN = 8;

  private static final Calls CALLS = LibraryLoader.create(Calls.class).load("c");
  private static final int FILE_MODE = 0644;
  private static final int AT_FDCWD = -100;
  private static final int STATX_BASIC_STATS = 0x7ff;
  private static final int STATX_BYTES = 256;
  private static final int F_SETLKW = 7;
  private static final short F_WRLCK = 1;
  private static final short F_UNLCK = 2;
  private static final int FLOCK_BYTES = 32;
  private static final int START_OFFSET = 8;
  private static final int LENGTH_OFFSET = 16;

  private final ByteBuffer stat = NativeBuffers.allocate(STATX_BYTES);
  private final ByteBuffer lock = NativeBuffers.allocate(FLOCK_BYTES);
  private final long statAddress = NativeBuffers.address(stat);
  private final long lockAddress = NativeBuffers.address(lock);

  int open(String path, int flags) throws IOException {
    return check(CALLS.open(path, flags | OpenFlag.CLOEXEC, FILE_MODE), "open of " + path);
  }

  void close(int fd) throws IOException {
    check(CALLS.close(fd), "close");
  }

  void stat(String path) throws IOException {
    check(CALLS.statx(AT_FDCWD, path, 0, STATX_BASIC_STATS, statAddress), path);
  }

  void chmod(String path, int mode) throws IOException {
    check(CALLS.chmod(path, mode), path);
  }

  void rename(String from, String to) throws IOException {
    check(CALLS.rename(from, to), from);
  }

  void unlink(String path) throws IOException {
    check(CALLS.unlink(path), path);
  }

  /** Locks a byte for writing, as long as that takes. */
  void lockByte(int fd, long at) throws IOException {
    setLock(fd, F_WRLCK, at);
  }

  void unlockByte(int fd, long at) throws IOException {
    setLock(fd, F_UNLCK, at);
  }

  private void setLock(int fd, short type, long at) throws IOException {
    lock.putShort(0, type).putLong(START_OFFSET, at).putLong(LENGTH_OFFSET, 1);
    check(CALLS.fcntl(fd, F_SETLKW, lockAddress), "fcntl");
  }

  void flock(int fd, int operation) throws IOException {
    check(CALLS.flock(fd, operation), "flock");
  }

  void read(int fd, ByteBuffer buffer, long offset) throws IOException {
    long length = buffer.capacity();
    whole(CALLS.pread64(fd, NativeBuffers.address(buffer), length, offset), length, "pread");
  }

  void write(int fd, ByteBuffer buffer, long offset) throws IOException {
    long length = buffer.capacity();
    whole(CALLS.pwrite64(fd, NativeBuffers.address(buffer), length, offset), length, "pwrite");
  }

  void fsync(int fd) throws IOException {
    check(CALLS.fsync(fd), "fsync");
  }

  private static void whole(long done, long wanted, String call) throws IOException {
    if (done < 0) {
      throw Native.failure(call);
    }
    if (done != wanted) {
      throw new ErrnoException(Errno.EIO, call + " did " + done + " of " + wanted + " bytes");
    }
  }

  private static int check(int result, String what) throws IOException {
    if (result < 0) {
      throw Native.failure(what);
    }
    return result;
  }
}
