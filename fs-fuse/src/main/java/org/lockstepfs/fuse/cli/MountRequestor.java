package org.lockstepfs.fuse.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.control.Messages.Done;
import org.lockstepfs.fuse.control.Messages.MountRequest;
import org.lockstepfs.fuse.control.NodePaths;
import org.lockstepfs.fuse.control.StoppingException;
import org.lockstepfs.fuse.kernel.MountInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a node's daemon for a mount, and starts the daemon if there is none. */
final class MountRequestor {
  private static final Logger LOG = LoggerFactory.getLogger(MountRequestor.class);
  private static final int USAGE = 1;
  private static final int FAILED = 32;
  private static final int ATTEMPTS = 3;
  private static final String HELPER_NAME = "lockstep";
  private static final Path HELPER = Path.of("/sbin/umount." + HELPER_NAME);

  private final NodePaths paths;
  private final Path config;

  MountRequestor(NodePaths paths, Path config) {
    this.paths = paths;
    this.config = config;
  }

  void mount(String device, String mountpoint, Map<String, String> options) throws IOException {
    if (!NodeOptions.isRoot()) {
      throw new ControlException("only root can mount", USAGE);
    }
    OptionCheck.check(options);
    Path disk = Path.of(device).toAbsolutePath();
    if (!Files.exists(disk)) {
      throw new ControlException(device + " does not exist", FAILED);
    }
    disk = disk.toRealPath();
    if (Files.isDirectory(disk)) {
      throw new ControlException(device + " is a directory, no device", FAILED);
    }
    Path dir = MountDirs.real(mountpoint);
    check(dir);
    MountRequest request = new MountRequest(disk.toString(), dir.toString(), options);
    post(request);
    nameHelper(request);
  }

  /** A daemon that ends just now is followed by another one. */
  private void post(MountRequest request) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        new DaemonStarter(paths, config).running().post("/mount", request, Done.class);
        return;
      } catch (StoppingException e) {
        if (attempt == ATTEMPTS) {
          throw new ControlException(e.getMessage(), FAILED);
        }
      }
    }
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

  /** Of a directory that has a volume, dead or alive, the daemon knows more. */
  private static void check(Path dir) throws IOException {
    MountInfo mounted = MountInfo.at(dir);
    boolean isVolume = mounted != null && mounted.type().equals(MountInfo.TYPE);
    if (!isVolume && !Files.isDirectory(dir)) {
      throw new ControlException(
          dir + (Files.exists(dir) ? " is no directory" : " does not exist"), FAILED);
    }
  }
}
