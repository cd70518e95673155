package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.lockstepfs.fuse.control.ControlClient;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.MountStatus;
import org.lockstepfs.fuse.control.Messages.Status;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.kernel.MountOptions;
import org.lockstepfs.fuse.node.MountInfo;
import org.lockstepfs.fuse.node.SystemMountCalls;

/**
 * {@code mount -o remount}: a matter of the kernel's flags. A volume that its daemon can only read
 * does not become writable by it.
 */
final class Remount {
  static final String WORD = "remount";
  private static final int FAILED = 32;

  private final Path dir;

  Remount(String mountpoint) {
    this.dir = Path.of(mountpoint).toAbsolutePath().normalize();
  }

  /** Changes a mount's flags; options are all that it shall have. */
  void remount(Map<String, String> options) throws IOException {
    MountInfo mounted = MountInfo.at(dir);
    if (mounted == null || !mounted.type().equals(MountInfo.TYPE)) {
      throw new ControlException(dir + " is no mounted Lockstep volume", FAILED);
    }
    MountOptions wanted = MountOptions.parse(String.join(",", options.keySet()));
    if (!wanted.readOnly() && servedReadOnly(mounted.devno())) {
      throw new ControlException(
          dir + " was mounted read-only; unmount it and mount it again to write", FAILED);
    }
    new SystemMountCalls().remount(dir.toString(), wanted.flags());
  }

  private static boolean servedReadOnly(String devno) throws IOException {
    for (NodePaths node : NodePaths.all(NodePaths.rundir(System.getenv()))) {
      ControlClient daemon = new ControlClient(node.socket());
      if (!daemon.isUp()) {
        continue;
      }
      for (MountStatus mount : daemon.post("/status", new Done(), Status.class).mounts()) {
        if (mount.devno().equals(devno)) {
          return mount.readOnly();
        }
      }
    }
    return false;
  }
}
