package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.lockstepfs.fuse.control.ControlClient;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.MountRequest;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.node.MountInfo;

/** Asks a node's daemon for a mount, and starts the daemon if there is none. */
final class MountRequestor {
  private static final int USAGE = 1;

  private final NodePaths paths;
  private final Path config;

  MountRequestor(NodePaths paths, Path config) {
    this.paths = paths;
    this.config = config;
  }

  void mount(String device, String mountpoint, Map<String, String> options) throws IOException {
    Path disk = Path.of(device).toAbsolutePath();
    if (!Files.exists(disk)) {
      throw new ControlException(device + " does not exist", USAGE);
    }
    Path dir = usable(Path.of(mountpoint).toAbsolutePath().normalize());
    ControlClient daemon = new DaemonStarter(paths, config).running();
    MountRequest request = new MountRequest(disk.toRealPath().toString(), dir.toString(), options);
    daemon.post("/mount", request, Done.class);
  }

  /** Returns the directory to mount on; what a dead daemon left there is taken away first. */
  private static Path usable(Path dir) throws IOException {
    MountInfo mounted = MountInfo.at(dir);
    if (mounted != null && mounted.type().equals(MountInfo.TYPE) && isDead(dir)) {
      Umount.run("--lazy", dir.toString());
    }
    if (!Files.isDirectory(dir)) {
      throw new ControlException(
          Files.exists(dir) ? dir + " is no directory" : dir + " does not exist", USAGE);
    }
    return dir.toRealPath();
  }

  /** A mount whose daemon is gone answers nothing but errors. */
  private static boolean isDead(Path dir) {
    try {
      Files.getLastModifiedTime(dir);
      return false;
    } catch (FileSystemException e) {
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
