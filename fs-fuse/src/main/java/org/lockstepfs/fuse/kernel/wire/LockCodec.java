package org.lockstepfs.fuse.kernel.wire;

import java.io.IOException;
import org.lockstepfs.fuse.vfs.FileLock;

/** Reads {@code fuse_lk_in}; lock types have the numbers of fcntl(2) on Linux. */
public final class LockCodec {
  private static final int F_RDLCK = 0;
  private static final int F_WRLCK = 1;
  private static final int F_UNLCK = 2;
  private static final int FUSE_LK_FLOCK = 1;

  private LockCodec() {}

  /** Returns the open file that a lock request came through. */
  public static long fh(RequestView rq) {
    return rq.u64(0);
  }

  /** Tells whether a lock request is a flock(2). */
  public static boolean isFlock(RequestView rq) {
    return (rq.u32(40) & FUSE_LK_FLOCK) != 0;
  }

  /** Reads the lock asked for. */
  public static FileLock lock(RequestView rq) throws IOException {
    return new FileLock(rq.u64(8), rq.u64(16), rq.u64(24), type(rq.u32(32)), rq.u32(36));
  }

  static int number(FileLock.Type type) {
    return switch (type) {
      case READ -> F_RDLCK;
      case WRITE -> F_WRLCK;
      case UNLOCK -> F_UNLCK;
    };
  }

  private static FileLock.Type type(int number) throws IOException {
    return switch (number) {
      case F_RDLCK -> FileLock.Type.READ;
      case F_WRLCK -> FileLock.Type.WRITE;
      case F_UNLCK -> FileLock.Type.UNLOCK;
      default -> throw new IOException("a lock request names type " + number);
    };
  }
}
