package org.lockstepfs.fuse.node;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Libc;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.blockdev.sys.NativeBuffers;
import org.lockstepfs.blockdev.sys.OpenFlag;
import org.lockstepfs.fuse.kernel.MountInfo;

/** mount(2), umount2(2), open_tree(2) and move_mount(2). */
public final class SystemMountCalls implements MountCalls {
  private static final Libc LIBC = Native.libc();
  private static final long MS_REMOUNT = 32;
  private static final long MS_BIND = 4096;
  private static final int MNT_DETACH = 2;
  private static final int MNT_EXPIRE = 4;
  private static final int AT_FDCWD = -100;
  private static final int AT_EMPTY_PATH = 0x1000;
  private static final int OPEN_TREE_CLONE = 1;
  private static final int MOVE_MOUNT_F_EMPTY_PATH = 4;

  /** More than struct statfs has anywhere. */
  private static final int STATFS_BYTES = 256;

  private record SystemCopy(int fd, String name) implements Copy {
    @Override
    public void attach(String dir) throws IOException {
      check(
          LIBC.move_mount(fd, "", AT_FDCWD, dir, MOVE_MOUNT_F_EMPTY_PATH),
          "mount of " + name + " on " + dir);
    }

    @Override
    public void close() {
      LIBC.close(fd);
    }
  }

  @Override
  public List<MountInfo> table() throws IOException {
    return MountInfo.read();
  }

  @Override
  public void bind(String from, String to, long flags) throws IOException {
    check(LIBC.mount(from, to, null, MS_BIND, null), "bind mount on " + to);
    check(LIBC.mount(null, to, null, MS_BIND | MS_REMOUNT | flags, null), "bind remount of " + to);
  }

  /**
   * Gives a mounted file system other flags.
   *
   * @param flags MS_* flags, all that it shall have
   */
  public void remount(String dir, long flags) throws IOException {
    check(LIBC.mount(null, dir, null, MS_REMOUNT | flags, null), "remount of " + dir);
  }

  @Override
  public void unmount(String dir, boolean lazy) throws IOException {
    check(LIBC.umount2(dir, lazy ? MNT_DETACH : 0), "umount of " + dir);
  }

  /**
   * By MNT_EXPIRE, which only marks a mount that is idle and unmounts one that was marked before:
   * any other use takes the mark away, so there is one before and one after.
   */
  @Override
  public boolean isIdle(String dir) throws IOException {
    use(dir);
    if (LIBC.umount2(dir, MNT_EXPIRE) < 0) {
      ErrnoException e = Native.failure("look at " + dir);
      if (e.errno() == Errno.EBUSY) {
        return false;
      }
      if (e.errno() != Errno.EAGAIN) {
        throw e;
      }
    }
    use(dir);
    return true;
  }

  private static void use(String dir) throws IOException {
    Native.close(Native.open(dir, OpenFlag.PATH), dir);
  }

  @Override
  public Copy copy(MountInfo mount) throws IOException {
    int at = open(mount);
    try {
      int flags = OPEN_TREE_CLONE | AT_EMPTY_PATH | OpenFlag.CLOEXEC;
      int copy = LIBC.open_tree(at, "", flags);
      check(copy, "copy of the mount on " + mount.dir());
      return new SystemCopy(copy, mount.source());
    } finally {
      LIBC.close(at);
    }
  }

  @Override
  public boolean isDead(MountInfo mount) throws IOException {
    int at = open(mount);
    try {
      return isDead(at, mount);
    } finally {
      LIBC.close(at);
    }
  }

  @Override
  public boolean detachIfDead(MountInfo mount) throws IOException {
    int at = open(mount);
    try {
      boolean dead = isDead(at, mount);
      if (dead) {
        // By the descriptor: whatever stands on the directory meanwhile is not meant.
        unmount("/proc/self/fd/" + at, true);
      }
      return dead;
    } finally {
      LIBC.close(at);
    }
  }

  /** Opens the root of a mount without asking its file system. */
  private static int open(MountInfo mount) throws IOException {
    int fd = Native.open(mount.dir(), OpenFlag.PATH | OpenFlag.NOFOLLOW);
    try {
      String id = "mnt_id:\t" + mount.id();
      if (!Files.readAllLines(Path.of("/proc/self/fdinfo/" + fd)).contains(id)) {
        throw new IOException(
            mount.dir() + " leads to another mount than that of " + mount.source());
      }
      return fd;
    } catch (IOException e) {
      LIBC.close(fd);
      throw e;
    }
  }

  /** Attributes may be cached; how full it is never is. */
  private static boolean isDead(int fd, MountInfo mount) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocateDirect(STATFS_BYTES);
    try {
      Native.call(
          "statfs of " + mount.dir(), () -> LIBC.fstatfs(fd, NativeBuffers.address(buffer)));
      return false;
    } catch (ErrnoException e) {
      if (e.errno() == Errno.ENOTCONN || e.errno() == Errno.ECONNABORTED) {
        return true;
      }
      throw e;
    }
  }

  private static void check(int result, String what) throws IOException {
    if (result < 0) {
      throw Native.failure(what);
    }
  }
}
