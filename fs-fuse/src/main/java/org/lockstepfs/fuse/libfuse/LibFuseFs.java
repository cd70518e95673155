package org.lockstepfs.fuse.libfuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import jnr.ffi.Pointer;
import jnr.ffi.Struct;
import org.lockstepfs.fuse.kernel.MountInfo;
import org.lockstepfs.fuse.node.MountCalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import ru.serce.jnrfuse.FuseException;
import ru.serce.jnrfuse.FuseStubFS;

/**
 * A file system on jnr-fuse with a mount that belongs to this process. Operations on open files get
 * no path; subclasses know them by their handle, so that a close never waits for a rename or unlink
 * of the path, nor for an open of it that waits.
 *
 * <p>Making one loads libfuse: {@link UnsatisfiedLinkError} if there is none.
 */
public abstract class LibFuseFs extends FuseStubFS {
  private static final Logger LOG = LoggerFactory.getLogger(LibFuseFs.class);
  private static final int MOUNT_TIMEOUT_S = 10;
  private static final int END_TIMEOUT_S = 1;

  /** {@code flag_nullpath_ok} and {@code flag_nopath} of {@code struct fuse_operations}. */
  private static final int NO_PATHS = 3;

  private final LibFuse lib = LibFuse.load();
  private final CompletableFuture<Void> ready = new CompletableFuture<>();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private Path dir;

  /** Loads the library. */
  protected LibFuseFs() {
    // The flags stand right before ioctl; jnr-fuse has them as padding.
    long flags = fuseOperations.ioctl.offset() - Long.BYTES;
    Struct.getMemory(fuseOperations).putInt(flags, NO_PATHS);
  }

  /**
   * Mounts, and serves on threads of its own until {@link #stop}. What a process that died left
   * mounted there is detached first.
   *
   * @param mountPoint made if it is missing
   * @param name what the mount table shows as the type, after "fuse."
   * @param options more mount options
   * @throws IOException in one line if it cannot be mounted
   */
  public void start(Path mountPoint, String name, List<String> options, MountCalls calls)
      throws IOException {
    dir = mountPoint.toAbsolutePath();
    detachLeftovers(dir, calls);
    Files.createDirectories(dir);
    String all = String.join(",", options);
    String[] words = {"-o", "fsname=lockstep,subtype=" + name + (all.isEmpty() ? "" : "," + all)};
    Thread thread = new Thread(() -> serve(words), name);
    thread.setDaemon(true);
    thread.start();
    try {
      ready.get(MOUNT_TIMEOUT_S, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException("cannot mount " + dir + ": " + e.getCause().getMessage(), e.getCause());
    } catch (TimeoutException e) {
      detachLeftovers(dir, calls);
      throw new IOException("cannot mount " + dir + ": no answer from the kernel", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while mounting " + dir, e);
    }
  }

  private void serve(String... words) {
    try {
      mount(dir, true, false, words);
      ready.completeExceptionally(new IOException("libfuse refused"));
    } catch (FuseException e) {
      ready.completeExceptionally(e);
    } finally {
      ended.complete(null);
    }
  }

  /**
   * Detaches whatever is mounted on a directory, dead or alive; the caller knows that it is not in
   * use by a living owner.
   */
  public static void detachLeftovers(Path mountPoint, MountCalls calls) throws IOException {
    while (MountInfo.at(mountPoint) != null) {
      calls.unmount(mountPoint.toString(), true);
    }
  }

  /** Unmounts, in use or not; waits, not for ever, for operations under way. */
  public void stop(MountCalls calls) {
    try {
      detachLeftovers(dir, calls);
      ended.get(END_TIMEOUT_S, TimeUnit.SECONDS);
    } catch (IOException e) {
      LOG.warn("{} stays mounted: {}", dir, e.getMessage());
    } catch (TimeoutException e) {
      LOG.info("{} is unmounted but still in use", dir);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The kernel has taken the mount up. */
  @Override
  public final Pointer init(Pointer connection) {
    ready.complete(null);
    return null;
  }

  /** Does nothing: jnr-fuse calls it when the process ends, and would start programs. */
  @Override
  public final void umount() {}

  /** Returns whether the caller of the request that this thread serves was interrupted. */
  protected final boolean interrupted() {
    return lib.fuse_interrupted() != 0;
  }
}
