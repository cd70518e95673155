package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.OpenFlag;

/**
 * A mounted FUSE connection as the kernel sees it, whoever serves it.
 *
 * @param mountpoint the directory it is mounted on
 * @param number st_dev of the mount, and its name in /sys/fs/fuse/connections
 */
public record FuseConnection(Path mountpoint, long number) {
  private static final int MNT_FORCE = 1;
  private static final int MNT_DETACH = 2;
  private static final int MINOR_BITS = 20;
  private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");
  static final String DEVICE = "/dev/fuse";

  /** Whoever answers the requests of a connection. */
  public interface Server {
    /**
     * Begins to answer.
     *
     * @param fd a mounted descriptor of /dev/fuse, which this call takes over
     * @throws IOException if that is not possible; the descriptor is closed then
     */
    void start(int fd) throws IOException;
  }

  /**
   * Mounts and has it served.
   *
   * @param source what /proc/mounts shows as the device
   * @param mountpoint the real path of an existing directory
   * @param maxRead the most that the kernel may ask for in one READ, in bytes
   * @throws IOException if the device, mount(2) or the server refuses; nothing is mounted then
   */
  public static FuseConnection mount(
      String source, Path mountpoint, MountOptions options, int maxRead, Server server)
      throws IOException {
    int fd = Native.open(DEVICE, OpenFlag.RDWR);
    try {
      attach(fd, source, mountpoint, options, maxRead);
    } catch (IOException e) {
      Native.libc().close(fd);
      throw e;
    }
    try {
      FuseConnection connection = new FuseConnection(mountpoint, numberAt(mountpoint, fd));
      server.start(fd);
      return connection;
    } catch (IOException | RuntimeException e) {
      Native.libc().umount2(mountpoint.toString(), MNT_DETACH);
      throw e;
    }
  }

  private static long numberAt(Path mountpoint, int fd) throws IOException {
    try {
      return at(mountpoint).number();
    } catch (IOException e) {
      Native.libc().close(fd);
      throw e;
    }
  }

  /** Makes a descriptor of /dev/fuse the server's end of a new mount. */
  static void attach(int fd, String source, Path mountpoint, MountOptions options, int maxRead)
      throws ErrnoException {
    String data =
        "fd="
            + fd
            + ",rootmode=40000,user_id=0,group_id=0,default_permissions"
            + (options.allowOther() ? ",allow_other" : "")
            + ",max_read="
            + maxRead;
    String dir = mountpoint.toString();
    if (Native.libc().mount(source, dir, MountInfo.TYPE, options.flags(), data) < 0) {
      throw Native.failure("mount of " + source + " on " + mountpoint);
    }
  }

  /** Returns the connection that is mounted on a directory, given by its real path. */
  static FuseConnection at(Path mountpoint) throws IOException {
    MountInfo mounted = MountInfo.at(mountpoint);
    if (mounted == null) {
      throw new IOException("nothing is mounted on " + mountpoint);
    }
    return new FuseConnection(mountpoint, mounted.device());
  }

  /** Returns the number as /proc/self/mountinfo has it, "major:minor". */
  public String devno() {
    return (number >> MINOR_BITS) + ":" + (number & ((1 << MINOR_BITS) - 1));
  }

  /**
   * Unmounts, as umount(2): what is mounted on the directory now. Returns before the file system is
   * destroyed.
   *
   * @throws ErrnoException EBUSY if it is in use, EINVAL if nothing is mounted
   */
  public void unmount() throws IOException {
    umount(0);
  }

  /** Unmounts lazily: the name goes at once, the connection when its last user goes. */
  public void detach() throws IOException {
    umount(MNT_DETACH);
  }

  /**
   * Breaks the connection: every request in work and every later one fails. The dead mount stays
   * until it is unmounted, so that nobody writes into the directory below it unawares. Does nothing
   * if nothing is mounted any more.
   *
   * <p>Where the fusectl file system is not mounted this is a forced umount(2), which breaks the
   * connection first, and then fails because the mount is in use here.
   */
  public void abort() throws IOException {
    Path control = CONNECTIONS.resolve(Long.toString(number)).resolve("abort");
    if (Files.exists(control)) {
      Files.writeString(control, "1");
      return;
    }
    for (MountInfo mount : MountInfo.read()) {
      if (mount.isOf(devno())) {
        forceUnmount(mount.dir());
      }
    }
  }

  private static void forceUnmount(String dir) throws IOException {
    int user = Native.open(dir, OpenFlag.PATH | OpenFlag.NOFOLLOW);
    try {
      if (Native.libc().umount2(dir, MNT_FORCE) < 0) {
        ErrnoException e = Native.failure("forced umount of " + dir);
        if (e.errno() != Errno.EBUSY && e.errno() != Errno.EINVAL) {
          throw e;
        }
      }
    } finally {
      Native.libc().close(user);
    }
  }

  private void umount(int flags) throws IOException {
    if (Native.libc().umount2(mountpoint.toString(), flags) < 0) {
      throw Native.failure("umount of " + mountpoint);
    }
  }
}
