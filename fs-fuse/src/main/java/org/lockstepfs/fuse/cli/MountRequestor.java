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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a node's daemon for a mount, and starts the daemon if there is none. */
final class MountRequestor {
  private static final Logger LOG = LoggerFactory.getLogger(MountRequestor.class);
  private static final int USAGE = 1;
  private static final String HELPER_NAME = "lockstep";
  private static final Path HELPER = Path.of("/sbin/umount." + HELPER_NAME);

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
    nameHelper(request);
  }

  /**
   * Notes in mount(8)'s own table which helper umount(8) is to call. Without that, umount(8) takes
   * a short cut for privileged users that knows of no helper, and does not wait for the volume to
   * be left. Changes nothing of the mount; it is as good without, so that failure is no matter.
   */
  private static void nameHelper(MountRequest request) {
    if (!Files.exists(HELPER)) {
      return;
    }
    String flags = MountWords.flags(request.options());
    try {
      MountTools.mount(
          "--options-mode=ignore",
          "-o",
          "remount,bind," + flags + "uhelper=" + HELPER_NAME,
          "--source",
          request.device(),
          "--target",
          request.dir());
    } catch (IOException e) {
      LOG.debug("umount(8) will not wait for {} to be left: {}", request.dir(), e.getMessage());
    }
  }

  /** Returns the directory to mount on; what a dead daemon left there is taken away first. */
  private static Path usable(Path dir) throws IOException {
    MountInfo mounted = MountInfo.at(dir);
    if (mounted != null && mounted.type().equals(MountInfo.TYPE) && isDead(dir)) {
      MountTools.umount("--lazy", dir.toString());
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
