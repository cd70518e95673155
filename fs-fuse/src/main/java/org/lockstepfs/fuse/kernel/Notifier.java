package org.lockstepfs.fuse.kernel;

import jnr.constants.platform.Errno;
import org.lockstepfs.fuse.kernel.wire.Notification;
import org.lockstepfs.fuse.vfs.KernelCaches;
import org.lockstepfs.fuse.vfs.Name;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Tells the kernel to drop what it caches. Thread-safe. */
final class Notifier implements KernelCaches {
  private static final Logger log = LoggerFactory.getLogger(Notifier.class);

  private final NativeLayer os;
  private final FuseChannel channel;
  private final Lifecycle life;

  Notifier(NativeLayer os, FuseChannel channel, Lifecycle life) {
    this.os = os;
    this.channel = channel;
    this.life = life;
  }

  @Override
  public void invalidateAttributes(long nodeId) {
    invalidateInode(nodeId, Notification.NO_DATA, 0);
  }

  @Override
  public void invalidateInode(long nodeId, long offset, long length) {
    ReplyScratch out = os.scratch();
    send(out, Notification.invalidateInode(out.bytes(), nodeId, offset, length), nodeId);
  }

  @Override
  public void invalidateEntry(long parent, Name name) {
    ReplyScratch out = os.scratch();
    send(out, Notification.invalidateEntry(out.bytes(), parent, name), parent);
  }

  private void send(ReplyScratch out, int bytes, long node) {
    if (life.isOver()) {
      return;
    }
    int result = channel.write(out.address(), bytes);
    boolean unknownOrOver =
        result == -Errno.ENOENT.intValue() || result == -Errno.ENOTCONN.intValue();
    if (result != 0 && !unknownOrOver && !FuseChannel.isEnd(result)) {
      log.warn("the kernel refused to drop what it caches of node {}: errno {}", node, -result);
    }
  }
}
