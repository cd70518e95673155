package org.lockstepfs.fuse.node;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.MountRequest;
import org.lockstepfs.fuse.kernel.MountInfo;

/** The directory that a volume is to be mounted on. */
final class MountTarget {
  private static final int FAILED = 32;

  private final String node;
  private final DeadMounts dead;
  private final MountCalls calls;

  MountTarget(String node, DeadMounts dead, MountCalls calls) {
    this.node = node;
    this.dead = dead;
    this.calls = calls;
  }

  /**
   * Takes away what the node has dead there.
   *
   * @throws ControlException if the volume is mounted there already, another node has a dead mount
   *     there, or it is no directory
   */
  void prepare(MountRequest request) throws IOException {
    String dir = request.dir();
    dead.detach(mount -> mount.dir().equals(dir));
    MountInfo mounted = MountInfo.topmost(calls.table(), Path.of(dir));
    if (mounted != null && mounted.type().equals(MountInfo.TYPE)) {
      refuseVolume(mounted, request);
    }
    if (!Files.isDirectory(Path.of(dir))) {
      throw new ControlException(dir + " is no directory", FAILED);
    }
  }

  private void refuseVolume(MountInfo mounted, MountRequest request) throws IOException {
    if (dead.isDead(mounted)) {
      throw new ControlException(
          mounted.dir()
              + " has a dead mount of "
              + mounted.source()
              + " that is not known as node "
              + node
              + "'s; unmount it first",
          FAILED);
    }
    if (mounted.source().equals(request.device())) {
      throw new ControlException(
          request.device() + " is already mounted on " + mounted.dir(), FAILED);
    }
  }
}
