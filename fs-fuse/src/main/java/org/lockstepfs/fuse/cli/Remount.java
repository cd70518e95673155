package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.lockstepfs.fuse.control.ControlClient;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.WritableRequest;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.kernel.MountInfo;
import org.lockstepfs.fuse.kernel.MountOptions;
import org.lockstepfs.fuse.node.SystemMountCalls;

/**
 * {@code mount -o remount}: a matter of the kernel's flags, but for a volume that was mounted
 * read-only, which its daemon has to agree to change.
 */
final class Remount {
  static final String WORD = "remount";
  private static final int FAILED = 32;

  private final Path dir;

  Remount(String mountpoint) throws IOException {
    this.dir = MountDirs.real(mountpoint);
  }

  /** Changes a mount's flags; options are all that it shall have. */
  void remount(Map<String, String> options) throws IOException {
    MountInfo mounted = MountInfo.at(dir);
    if (mounted == null || !mounted.type().equals(MountInfo.TYPE)) {
      throw new ControlException(dir + " is no mounted Lockstep volume", FAILED);
    }
    MountOptions wanted = MountOptions.parse(String.join(",", options.keySet()));
    if (!wanted.readOnly()) {
      allowWrites(mounted.devno());
    }
    new SystemMountCalls().remount(dir.toString(), wanted.flags());
  }

  /** Whichever daemon serves the mount knows it by its device number. */
  private static void allowWrites(String devno) throws IOException {
    for (NodePaths node : NodePaths.all(NodePaths.rundir(System.getenv()))) {
      ControlClient daemon = new ControlClient(node.socket());
      if (daemon.isUp()) {
        daemon.post("/writable", new WritableRequest(devno), Done.class);
      }
    }
  }
}
