package org.lockstepfs.fuse.path;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import org.lockstepfs.fuse.kernel.FuseConnection;
import org.lockstepfs.fuse.kernel.MountOptions;
import org.lockstepfs.fuse.kernel.OperationListener;
import org.lockstepfs.fuse.libfuse.LibFuse;
import org.lockstepfs.fuse.vfs.FileSystem;

/**
 * Mounts file systems through libfuse 2. The mount(2) itself is the kernel front end's, so that
 * flags, errors, source and type are the same; libfuse serves the mounted descriptor.
 */
public final class PathFrontEnd {
  /** How long a signal may take to reach a call that waits, in milliseconds. */
  public static final int POLL_MS = 20;

  private final Clock clock;
  private final OperationListener listener;

  /**
   * Creates a front end.
   *
   * @param clock says what "now" is where an application asks for the current time
   * @param listener hears of every answered call
   */
  public PathFrontEnd(Clock clock, OperationListener listener) {
    this.clock = clock;
    this.listener = listener;
  }

  /**
   * Mounts a file system; it serves when this returns. Its {@link FileSystem#destroy} runs once
   * after the connection has ended, however that came; if this method throws, it does not run.
   *
   * @param source what /proc/mounts shows as the device
   * @param mountpoint an existing directory
   * @throws IOException if there is no libfuse, or the device, mount(2) or libfuse refuses
   */
  public FuseConnection mount(FileSystem fs, String source, Path mountpoint, MountOptions options)
      throws IOException {
    LibFuse lib = load();
    Path directory = mountpoint.toRealPath();
    PathSession session = new PathSession(directory.toString(), fs, lib, clock, listener);
    return FuseConnection.mount(source, directory, options, Buffers.BYTES, session::start);
  }

  private static LibFuse load() throws IOException {
    try {
      return LibFuse.load();
    } catch (UnsatisfiedLinkError e) {
      throw new IOException(
          "there is no libfuse.so.2, which frontend=jnr-fuse needs (Debian's package libfuse2)", e);
    }
  }
}
