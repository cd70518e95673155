package org.lockstepfs.fuse.kernel;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.lockstepfs.fuse.vfs.KernelCaches;

/** A mounted file system. Thread-safe. */
public final class KernelMount {
  private final FuseConnection connection;
  private final Session session;
  private final WorkerPool pool;
  private final KernelCaches caches;

  KernelMount(FuseConnection connection, Session session, WorkerPool pool, KernelCaches caches) {
    this.connection = connection;
    this.session = session;
    this.pool = pool;
    this.caches = caches;
  }

  /** Returns the connection, which can be unmounted and broken. */
  public FuseConnection connection() {
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
      throw new IOException(
          "the file system on " + connection.mountpoint() + " did not end well", e.getCause());
    }
  }

  /**
   * Runs {@code action} after the end, on the thread that ends the connection; at once if it has
   * ended.
   */
  public void onEnd(Runnable action) {
    session.life().done().whenComplete((nothing, failure) -> action.run());
  }
}
