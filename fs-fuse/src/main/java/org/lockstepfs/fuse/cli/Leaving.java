package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Path;
import org.lockstepfs.fuse.control.ControlClient;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.LeftRequest;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.kernel.MountInfo;

/**
 * Unmounts, and waits for the daemon to leave the volume: umount(2) itself returns before that.
 * Whichever daemon serves the mount knows it by its device number; the others answer at once.
 */
final class Leaving {
  private static final long TIMEOUT_MS = 60_000;
  private static final int FAILED = 32;

  private final Path dir;

  Leaving(String mountpoint) throws IOException {
    this.dir = MountDirs.real(mountpoint);
  }

  /** Unmounts with these options of umount(8). */
  void umount(String... options) throws IOException {
    MountInfo mounted = MountInfo.at(dir);
    if (mounted == null || !mounted.type().equals(MountInfo.TYPE)) {
      throw new ControlException(dir + " is no mounted Lockstep volume", FAILED);
    }
    String[] arguments = new String[options.length + 1];
    System.arraycopy(options, 0, arguments, 0, options.length);
    arguments[options.length] = dir.toString();
    MountTools.umount(arguments);
    for (NodePaths node : NodePaths.all(NodePaths.rundir(System.getenv()))) {
      ControlClient daemon = new ControlClient(node.socket());
      if (daemon.isUp()) {
        daemon.post("/left", new LeftRequest(mounted.devno(), TIMEOUT_MS), Done.class);
      }
    }
  }
}
