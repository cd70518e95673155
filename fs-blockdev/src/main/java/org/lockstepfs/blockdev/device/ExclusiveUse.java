package org.lockstepfs.blockdev.device;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.OpenFlag;

/**
 * The claim of one program on this machine to a device, as the kernel makes it for what it mounts:
 * {@code O_EXCL} on block devices, flock(2) on images. Others who claim are refused; those who
 * merely open are not. It ends with the process at the latest.
 */
public final class ExclusiveUse implements Closeable {
  private static final int LOCK_EX = 2;
  private static final int LOCK_NB = 4;

  private final String path;
  private final int fd;

  private ExclusiveUse(String path, int fd) {
    this.path = path;
    this.fd = fd;
  }

  /**
   * Claims a device.
   *
   * @throws ErrnoException EBUSY if another program has a claim
   */
  public static ExclusiveUse of(String path) throws IOException {
    boolean image = Files.isRegularFile(Path.of(path));
    try {
      int fd = Native.open(path, OpenFlag.RDONLY | (image ? 0 : OpenFlag.EXCL));
      ExclusiveUse use = new ExclusiveUse(path, fd);
      if (image && Native.libc().flock(fd, LOCK_EX | LOCK_NB) < 0) {
        ErrnoException failure = Native.failure("lock of " + path);
        use.close();
        throw failure;
      }
      return use;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EBUSY || e.errno() == Errno.EAGAIN) {
        throw new ErrnoException(
            Errno.EBUSY, path + " is mounted or used by another program on this machine");
      }
      throw e;
    }
  }

  @Override
  public void close() throws IOException {
    Native.close(fd, path);
  }
}
