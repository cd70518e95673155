package org.lockstepfs.fuse.ctl;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.lockstepfs.fuse.libfuse.LibFuseFs;
import org.lockstepfs.fuse.node.MountCalls;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The mount of a node's control files. It comes up beside the daemon, which does not wait for it
 * and goes on without it if there is no libfuse.
 */
public final class ControlMount implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlMount.class);

  private final Path dir;
  private final MountCalls calls;
  private final CompletableFuture<ControlFs> mounted = new CompletableFuture<>();

  private ControlMount(Path dir, MountCalls calls) {
    this.dir = dir;
    this.calls = calls;
  }

  /** Begins to mount; what an earlier daemon left there, which is dead, is detached. */
  public static ControlMount begin(Path dir, Dir root, MountCalls calls) {
    ControlMount mount = new ControlMount(dir.toAbsolutePath(), calls);
    Thread thread = new Thread(() -> mount.mount(root), "ctl-mount");
    thread.setDaemon(true);
    thread.start();
    return mount;
  }

  private void mount(Dir root) {
    ControlFs fs = null;
    try {
      LibFuseFs.detachLeftovers(dir, calls);
      ControlFs made = new ControlFs(root);
      made.start(dir, "lockstep-ctl", ControlFs.OPTIONS, calls);
      LOG.info("control files are at {}", dir);
      fs = made;
    } catch (IOException | LinkageError | RuntimeException e) {
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      LOG.warn("no control files: {}", reason.lines().findFirst().orElse(reason));
    } finally {
      mounted.complete(fs);
    }
  }

  /** Unmounts, in use or not. */
  @Override
  public void close() {
    ControlFs fs = mounted.join();
    if (fs != null) {
      fs.stop(calls);
    }
  }
}
