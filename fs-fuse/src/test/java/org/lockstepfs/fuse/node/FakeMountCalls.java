package org.lockstepfs.fuse.node;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.kernel.MountInfo;

/** A mount table in memory, with mount points that behave as a test says. */
final class FakeMountCalls implements MountCalls {
  /** Mount points that the kernel knows to be in use. */
  final Set<String> busy = new HashSet<>();

  /** Mount points that turn out to be in use only when they are unmounted. */
  final Set<String> busyLater = new HashSet<>();

  /** Device numbers that nobody serves. */
  final Set<String> dead = new HashSet<>();

  /** Device numbers that never answer. */
  final Set<String> silent = new HashSet<>();

  /** Mount points that were unmounted, in order. */
  final List<String> unmounted = new ArrayList<>();

  int copies;
  private final List<MountInfo> table = new ArrayList<>();
  private int lastId = 1;

  FakeMountCalls() {
    table.add(new MountInfo(1, 0, "8:1", "/", "/", "ext4", "/dev/sda1"));
  }

  MountInfo volume(String devno, String source, String dir) {
    return mount(devno, MountInfo.TYPE, source, dir);
  }

  /** Mounts on the mount that is the nearest above. */
  MountInfo mount(String devno, String type, String source, String dir) {
    int parent = 0;
    int length = 0;
    for (MountInfo m : table) {
      String prefix = m.dir().equals("/") ? "/" : m.dir() + "/";
      if ((dir + "/").startsWith(prefix) && prefix.length() >= length) {
        parent = m.id();
        length = prefix.length();
      }
    }
    MountInfo mounted = new MountInfo(++lastId, parent, devno, "/", dir, type, source);
    table.add(mounted);
    return mounted;
  }

  List<String> dirs() {
    return table.stream().map(MountInfo::dir).filter(d -> !d.equals("/")).sorted().toList();
  }

  @Override
  public synchronized List<MountInfo> table() {
    return List.copyOf(table);
  }

  @Override
  public void bind(String from, String to, long flags) {
    throw new UnsupportedOperationException();
  }

  private MountInfo at(String dir) throws IOException {
    return table.stream()
        .filter(m -> m.dir().equals(dir))
        .reduce((a, b) -> b)
        .orElseThrow(() -> new ErrnoException(Errno.EINVAL, "umount of " + dir));
  }

  private boolean carriesAnother(MountInfo mount) {
    return table.stream().anyMatch(m -> m.parent() == mount.id());
  }

  @Override
  public synchronized void unmount(String dir, boolean lazy) throws IOException {
    MountInfo mount = at(dir);
    if (!lazy && (busy.contains(dir) || busyLater.contains(dir) || carriesAnother(mount))) {
      throw new ErrnoException(Errno.EBUSY, "umount of " + dir);
    }
    table.remove(mount);
    unmounted.add(dir);
  }

  @Override
  public boolean isIdle(String dir) throws IOException {
    return !busy.contains(dir) && !carriesAnother(at(dir));
  }

  @Override
  public Copy copy(MountInfo mount) {
    copies++;
    return new Copy() {
      @Override
      public void attach(String dir) {
        mount(mount.devno(), mount.type(), mount.source(), dir);
      }

      @Override
      public void close() {
        copies--;
      }
    };
  }

  @Override
  public boolean isDead(MountInfo mount) throws IOException {
    if (silent.contains(mount.devno())) {
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        throw new IOException(e);
      }
    }
    return dead.contains(mount.devno());
  }

  @Override
  public boolean detachIfDead(MountInfo mount) throws IOException {
    boolean detached = isDead(mount);
    if (detached) {
      unmount(mount.dir(), true);
    }
    return detached;
  }
}
