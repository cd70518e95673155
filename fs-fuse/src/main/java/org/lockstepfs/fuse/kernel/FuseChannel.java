package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.OpenFlag;

/**
 * One open descriptor of {@code /dev/fuse}. A request is answered on the descriptor that it was
 * read from, and closing that descriptor ends the requests that are still unanswered there
 * (fs/fuse/dev.c, fuse_dev_release); a channel therefore outlives its worker. Thread-safe.
 */
final class FuseChannel {
  /** FUSE_DEV_IOC_CLONE, {@code _IOR(229, 0, uint32_t)}. */
  private static final long IOC_CLONE = 0x8004e500L;

  private final NativeLayer os;
  private final int fd;

  private FuseChannel(NativeLayer os, int fd) {
    this.os = os;
    this.fd = fd;
  }

  /** Opens the device; it belongs to no connection until it is mounted or made a clone. */
  static FuseChannel open(NativeLayer os) throws IOException {
    return new FuseChannel(os, Native.open(FuseConnection.DEVICE, OpenFlag.RDWR));
  }

  /** Opens another channel of the same connection. */
  FuseChannel duplicate() throws IOException {
    FuseChannel made = open(os);
    NativeMemory argument = os.scratch().memory();
    argument.bytes().putInt(0, fd);
    if (os.libc().ioctl(made.fd, IOC_CLONE, argument.address()) < 0) {
      ErrnoException failure = Native.failure("FUSE_DEV_IOC_CLONE");
      made.close();
      throw failure;
    }
    return made;
  }

  int fd() {
    return fd;
  }

  /** Waits for a request; returns its length, or a negative errno. */
  int read(long address, int room) {
    return (int) os.result(os.libc().read(fd, address, room));
  }

  /** Writes one message; returns 0, or a negative errno. */
  int write(long address, int bytes) {
    return (int) Math.min(0, os.result(os.libc().write(fd, address, bytes)));
  }

  /** Writes one message from two pieces; returns 0, or a negative errno. */
  int write(ReplyScratch head, int headBytes, long data, int dataBytes) {
    long vectors = head.vectors(headBytes, data, dataBytes);
    return (int) Math.min(0, os.result(os.libc().writev(fd, vectors, 2)));
  }

  void close() {
    os.libc().close(fd);
  }

  /** Tells whether a read's error means that the connection has ended. */
  static boolean isEnd(int error) {
    return error == -Errno.ENODEV.intValue() || error == -Errno.ECONNABORTED.intValue();
  }

  /**
   * Tells whether a read failed for a passing reason: a signal, or (ENOENT) its request was taken
   * back meanwhile.
   */
  static boolean isPassing(int error) {
    return error == -Errno.EINTR.intValue()
        || error == -Errno.EAGAIN.intValue()
        || error == -Errno.ENOENT.intValue();
  }
}
