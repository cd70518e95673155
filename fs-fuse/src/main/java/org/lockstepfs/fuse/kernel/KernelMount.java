package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.blockdev.sys.Native;
import org.lockstepfs.fuse.vfs.KernelCaches;

/** A mounted file system. Thread-safe. */
public final class KernelMount {
  private static final int MNT_FORCE = 1;
  private static final int MNT_DETACH = 2;
  private static final Path CONNECTIONS = Path.of("/sys/fs/fuse/connections");

  private final Path mountpoint;
  private final long connection;
  private final Session session;
  private final WorkerPool pool;
  private final KernelCaches caches;

  KernelMount(
      Path mountpoint, long connection, Session session, WorkerPool pool, KernelCaches caches) {
    this.mountpoint = mountpoint;
    this.connection = connection;
    this.session = session;
    this.pool = pool;
    this.caches = caches;
  }

  /** Returns the directory it is mounted on. */
  public Path mountpoint() {
    return mountpoint;
  }

  /**
   * Returns the connection's number: st_dev of the mount, and its name in /sys/fs/fuse/connections.
   */
  public long connection() {
    return connection;
  }

  /** Returns the way to drop what the kernel caches. */
  public KernelCaches caches() {
    return caches;
  }

  /** Returns how many threads serve requests now. */
  public int workers() {
    return pool.workers();
  }

  /**
   * Unmounts, as umount(2): what is mounted on {@link #mountpoint} now. Returns before the file
   * system is destroyed; {@link #awaitEnd} waits for that.
   *
   * @throws org.lockstepfs.blockdev.sys.ErrnoException EBUSY if it is in use, EINVAL if nothing is
   *     mounted
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
   * until it is unmounted, except where the fusectl file system is not mounted: then this is a
   * forced umount(2), which breaks the connection first and succeeds if nobody uses the mount. Does
   * nothing if nothing is mounted any more.
   */
  public void abort() throws IOException {
    Path control = CONNECTIONS.resolve(Long.toString(connection)).resolve("abort");
    if (Files.exists(control)) {
      Files.writeString(control, "1");
      return;
    }
    try {
      umount(MNT_FORCE);
    } catch (ErrnoException e) {
      if (e.errno() != Errno.EBUSY && e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
  }

  /**
   * Waits until the connection has ended and the file system is destroyed.
   *
   * @return false if that took longer than {@code timeout}
   * @throws IOException if the file system failed to end
   */
  public boolean awaitEnd(Duration timeout) throws IOException, InterruptedException {
    try {
      session.life().done().get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IOException("the file system on " + mountpoint + " did not end well", e.getCause());
    }
  }

  /**
   * Runs {@code action} after the end, on the thread that ends the connection; at once if it has
   * ended.
   */
  public void onEnd(Runnable action) {
    session.life().done().whenComplete((nothing, failure) -> action.run());
  }

  private void umount(int flags) throws IOException {
    if (Native.libc().umount2(mountpoint.toString(), flags) < 0) {
      throw Native.failure("umount of " + mountpoint);
    }
  }
}
