package org.lockstepfs.blockdev.device;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Libc;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.lockstepfs.blockdev.sys.OpenFlag;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A block device or image file, read and written with {@code O_DIRECT}.
 *
 * <p>The sector size is what a block device reports, or the smallest unit that the file system
 * below an image accepts for direct I/O. A file system that refuses {@code O_DIRECT} (tmpfs) is
 * used without: nodes on one machine still see each other's writes, through the page cache they
 * share; {@link #isDirect} tells.
 *
 * <p>A {@link WriteGuard} is asked before every single system call that changes the disk. A write
 * of several pieces needs that: a stop signal takes effect between two of them.
 *
 * <p>{@link #close} waits for transfers under way; calls after it throw.
 */
public final class DirectDevice implements BlockDevice {
  private static final Logger LOG = LoggerFactory.getLogger(DirectDevice.class);
  private static final long BLKSSZGET = 0x1268;
  private static final long BLKROGET = 0x125E;
  private static final int SEEK_END = 2;
  private static final int MIN_SECTOR = 512;

  private final Libc libc = Native.libc();
  private final String path;
  private final int fd;
  private final boolean direct;
  private final WriteGuard guard;
  private final int sectorSize;
  private final BouncePool bounces = new BouncePool();
  private final ReadWriteLock openLock = new ReentrantReadWriteLock();
  private boolean closed;

  private DirectDevice(String path, int fd, boolean direct, WriteGuard guard) throws IOException {
    this.path = path;
    this.fd = fd;
    this.direct = direct;
    this.guard = guard;
    this.sectorSize = probeSectorSize();
  }

  /** Opens a device that this node may write at any time; otherwise as below. */
  public static DirectDevice open(String path, boolean readOnly) throws IOException {
    return open(path, readOnly, WriteGuard.NONE);
  }

  /**
   * Opens a device.
   *
   * @param readOnly whether writes shall fail with EBADF
   * @param guard asked before each write and flush; reads go on without it
   * @throws ErrnoException if it does not exist, may not be opened, or is no disk
   */
  public static DirectDevice open(String path, boolean readOnly, WriteGuard guard)
      throws IOException {
    int flags = readOnly ? OpenFlag.RDONLY : OpenFlag.RDWR;
    boolean direct = true;
    int fd;
    try {
      fd = Native.open(path, flags | OpenFlag.DIRECT);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EINVAL) {
        throw e;
      }
      direct = false;
      fd = Native.open(path, flags);
      LOG.warn("{}: no direct I/O here; nodes on other machines would not see its writes", path);
    }
    try {
      return new DirectDevice(path, fd, direct, guard);
    } catch (IOException e) {
      Native.close(fd, path);
      throw e;
    }
  }

  private int probeSectorSize() throws IOException {
    ByteBuffer probe = NativeBuffers.allocate(NativeBuffers.PAGE);
    long address = NativeBuffers.address(probe);
    if (libc.ioctl(fd, BLKSSZGET, address) == 0) {
      return probe.getInt(0);
    }
    for (int size = MIN_SECTOR; size <= NativeBuffers.PAGE; size *= 2) {
      int unit = size;
      try {
        Native.call("read of " + path, () -> libc.pread64(fd, address, unit, 0));
        return size;
      } catch (ErrnoException e) {
        if (e.errno() != Errno.EINVAL) {
          throw e;
        }
      }
    }
    throw new ErrnoException(Errno.EINVAL, path + " reads no unit up to " + NativeBuffers.PAGE);
  }

  /**
   * Returns whether it is a block device that takes no writes, although it can be opened for them.
   */
  public boolean isWriteProtected() {
    ByteBuffer answer = NativeBuffers.allocate(NativeBuffers.PAGE);
    return libc.ioctl(fd, BLKROGET, NativeBuffers.address(answer)) == 0 && answer.getInt(0) != 0;
  }

  /** Returns whether transfers bypass this machine's page cache. */
  public boolean isDirect() {
    return direct;
  }

  @Override
  public int sectorSize() {
    return sectorSize;
  }

  @Override
  public long size() throws IOException {
    Lock lock = use();
    try {
      return Native.call("size of " + path, () -> libc.lseek64(fd, 0, SEEK_END));
    } finally {
      lock.unlock();
    }
  }

  @Override
  public String name() {
    return path;
  }

  @Override
  public void read(long offset, ByteBuffer dst) throws IOException {
    check(offset, dst.remaining());
    if (isAligned(dst)) {
      transfer(true, offset, dst, dst.position(), dst.remaining());
      dst.position(dst.limit());
      return;
    }
    ByteBuffer bounce = bounces.take();
    try {
      long at = offset;
      while (dst.hasRemaining()) {
        int length = Math.min(dst.remaining(), BouncePool.BUFFER_BYTES);
        transfer(true, at, bounce, 0, length);
        dst.put(bounce.clear().limit(length));
        at += length;
      }
    } finally {
      bounces.give(bounce);
    }
  }

  @Override
  public void write(long offset, ByteBuffer src) throws IOException {
    check(offset, src.remaining());
    if (isAligned(src)) {
      transfer(false, offset, src, src.position(), src.remaining());
      src.position(src.limit());
      return;
    }
    ByteBuffer bounce = bounces.take();
    try {
      long at = offset;
      while (src.hasRemaining()) {
        int length = Math.min(src.remaining(), BouncePool.BUFFER_BYTES);
        bounce.clear().put(src.slice(src.position(), length));
        transfer(false, at, bounce, 0, length);
        src.position(src.position() + length);
        at += length;
      }
    } finally {
      bounces.give(bounce);
    }
  }

  private void check(long offset, int length) {
    if (offset < 0 || offset % sectorSize != 0 || length % sectorSize != 0) {
      throw new IllegalArgumentException(
          path + ": " + length + " bytes at " + offset + " are not whole sectors");
    }
  }

  private boolean isAligned(ByteBuffer buffer) {
    return buffer.isDirect() && buffer.alignmentOffset(buffer.position(), sectorSize) == 0;
  }

  private void transfer(boolean reading, long offset, ByteBuffer buffer, int position, int length)
      throws IOException {
    long address = NativeBuffers.address(buffer) + position;
    Lock lock = use();
    try {
      int done = 0;
      while (done < length) {
        long moved = move(reading, offset + done, address + done, length - done);
        if (moved < 0 && Native.errno() == Errno.EINTR) {
          continue;
        }
        if (moved < 0) {
          throw Native.failure(describe(reading, offset, length));
        }
        // Going on inside a sector would break the alignment; only the end of a file does that.
        if (moved < sectorSize) {
          throw new EOFException(describe(reading, offset, length) + " reaches behind the end");
        }
        done += (int) (moved - moved % sectorSize);
      }
    } finally {
      lock.unlock();
    }
  }

  private long move(boolean reading, long offset, long address, int length) throws IOException {
    if (reading) {
      return libc.pread64(fd, address, length, offset);
    }
    guard.begin();
    try {
      return libc.pwrite64(fd, address, length, offset);
    } finally {
      guard.end();
    }
  }

  private String describe(boolean reading, long offset, int length) {
    return (reading ? "read of " : "write of ") + length + " bytes at " + offset + " of " + path;
  }

  @Override
  public void flush() throws IOException {
    Lock lock = use();
    try {
      guard.begin();
      try {
        Native.call("flush of " + path, () -> libc.fdatasync(fd));
      } finally {
        guard.end();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Holds off {@link #close}, lest the descriptor's number be another file's by then. */
  private Lock use() throws IOException {
    Lock lock = openLock.readLock();
    lock.lock();
    if (closed) {
      lock.unlock();
      throw new ErrnoException(Errno.EBADF, path + " is closed");
    }
    return lock;
  }

  @Override
  public void close() throws IOException {
    openLock.writeLock().lock();
    try {
      if (!closed) {
        closed = true;
        Native.close(fd, path);
      }
    } finally {
      openLock.writeLock().unlock();
    }
  }
}
