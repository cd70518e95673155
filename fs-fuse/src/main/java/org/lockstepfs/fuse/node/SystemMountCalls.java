package org.lockstepfs.fuse.node;

import java.io.IOException;
import org.lockstepfs.blockdev.sys.Libc;
import org.lockstepfs.blockdev.sys.Native;

/** mount(2) and umount2(2). */
public final class SystemMountCalls implements MountCalls {
  private static final long MS_REMOUNT = 32;
  private static final long MS_BIND = 4096;
  private static final int MNT_DETACH = 2;

  private final Libc libc = Native.libc();

  @Override
  public void bind(String from, String to, long flags) throws IOException {
    check(libc.mount(from, to, null, MS_BIND, null), "bind mount on " + to);
    check(libc.mount(null, to, null, MS_BIND | MS_REMOUNT | flags, null), "bind remount of " + to);
  }

  /**
   * Gives a mounted file system other flags.
   *
   * @param flags MS_* flags, all that it shall have
   */
  public void remount(String dir, long flags) throws IOException {
    check(libc.mount(null, dir, null, MS_REMOUNT | flags, null), "remount of " + dir);
  }

  @Override
  public void unmount(String dir, boolean lazy) throws IOException {
    check(libc.umount2(dir, lazy ? MNT_DETACH : 0), "umount of " + dir);
  }

  private static void check(int result, String what) throws IOException {
    if (result < 0) {
      throw Native.failure(what);
    }
  }
}
