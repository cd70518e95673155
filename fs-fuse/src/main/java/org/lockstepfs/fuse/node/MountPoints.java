package org.lockstepfs.fuse.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.kernel.MountInfo;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where volumes are mounted, each named by its device number; takes those mount points away, all of
 * them or none. Thread-safe.
 */
final class MountPoints {
  private static final Logger LOG = LoggerFactory.getLogger(MountPoints.class);
  private static final int MOUNT_FAILED = 32;

  private final MountCalls calls;

  MountPoints(MountCalls calls) {
    this.calls = calls;
  }

  /** Returns where a volume is mounted, as a whole or in part. */
  List<String> of(String devno) throws IOException {
    return calls.table().stream().filter(m -> m.isOf(devno)).map(MountInfo::dir).toList();
  }

  /** Returns where a volume is mounted as a whole. */
  List<String> whole(String devno) throws IOException {
    return calls.table().stream()
        .filter(m -> m.isOf(devno) && m.root().equals("/"))
        .map(MountInfo::dir)
        .toList();
  }

  /**
   * Unmounts volumes everywhere. Nothing is touched if the kernel can tell beforehand that one of
   * the mount points is in use; if one turns out to be so later, those that went are put back. The
   * volumes live until this returns.
   *
   * @throws ControlException if one is in use; all are mounted as they were
   */
  synchronized void unmount(Set<String> devnos) throws IOException {
    MountTree tree = new MountTree(calls.table());
    List<MountInfo> going = tree.innermostFirst(m -> devnos.stream().anyMatch(m::isOf));
    refuseIfCovered(tree, going);
    Map<MountInfo, MountCalls.Copy> copies = new LinkedHashMap<>();
    try {
      for (MountInfo mount : going) {
        copies.put(mount, calls.copy(mount));
      }
      refuseIfUsed(tree, going);
      for (MountInfo mount : going) {
        unmount(mount.dir(), false);
      }
    } catch (IOException | RuntimeException e) {
      putBack(copies);
      throw e;
    } finally {
      for (MountCalls.Copy copy : copies.values()) {
        copy.close();
      }
    }
  }

  /** Detaches a volume everywhere, in use or not. */
  synchronized void detach(String devno) throws IOException {
    for (MountInfo mount : new MountTree(calls.table()).innermostFirst(m -> m.isOf(devno))) {
      unmount(mount.dir(), true);
    }
  }

  private static void refuseIfCovered(MountTree tree, List<MountInfo> going)
      throws ControlException {
    for (MountInfo mount : going) {
      for (MountInfo other : tree.on(mount)) {
        if (!going.contains(other)) {
          throw inUse(mount.dir(), other.source() + " is mounted on " + other.dir());
        }
      }
    }
  }

  /** Of a mount that carries another one the kernel only says that it is in use. */
  private void refuseIfUsed(MountTree tree, List<MountInfo> going) throws IOException {
    for (MountInfo mount : going) {
      if (tree.on(mount).isEmpty() && !calls.isIdle(mount.dir())) {
        throw inUse(mount.dir(), "open files or working directories");
      }
    }
  }

  private void unmount(String dir, boolean lazy) throws IOException {
    try {
      calls.unmount(dir, lazy);
    } catch (ErrnoException e) {
      // With EINVAL it went with another one, of which it was a propagated copy.
      if (e.errno() != Errno.EINVAL) {
        throw inUse(dir, e.getMessage());
      }
    }
  }

  private static ControlException inUse(String dir, String why) {
    return new ControlException(dir + " is in use: " + why, MOUNT_FAILED);
  }

  private void putBack(Map<MountInfo, MountCalls.Copy> copies) {
    List<MountInfo> outermostFirst = new ArrayList<>(copies.keySet());
    Collections.reverse(outermostFirst);
    for (MountInfo mount : outermostFirst) {
      try {
        if (!isMounted(mount)) {
          copies.get(mount).attach(mount.dir());
          LOG.info("{} is mounted on {} again", mount.source(), mount.dir());
        }
      } catch (IOException e) {
        LOG.error("{} could not be put back: {}", mount.dir(), e.getMessage());
      }
    }
  }

  private boolean isMounted(MountInfo mount) throws IOException {
    return calls.table().stream()
        .anyMatch(m -> m.isOf(mount.devno()) && m.dir().equals(mount.dir()));
  }
}
