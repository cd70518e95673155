package org.lockstepfs.fuse.ctl;

import java.util.IdentityHashMap;
import jnr.ffi.Pointer;
import org.lockstepfs.fuse.ctl.Leaf.Open;
import ru.serce.jnrfuse.LibFuse;
import ru.serce.jnrfuse.struct.FusePollhandle;

/**
 * Who waits in poll(2) for what: the last poll handle of each open file, which the kernel replaces
 * with each call. Thread-safe.
 */
final class Polls {
  private static final int POLLIN = 1;
  private static final int POLLRDNORM = 0x40;

  private final LibFuse lib;
  private final IdentityHashMap<Open, FusePollhandle> waiting = new IdentityHashMap<>();

  Polls(LibFuse lib) {
    this.lib = lib;
  }

  /**
   * Answers a poll.
   *
   * @param handle where to tell that something changed; null if nobody waits
   * @param events takes what can be done without waiting
   */
  int poll(Open file, Pointer handle, Pointer events) {
    if (handle != null) {
      keep(file, FusePollhandle.of(handle));
      file.whenReadable(() -> wake(file));
    }
    events.putInt(0, file.readable() ? POLLIN | POLLRDNORM : 0);
    return 0;
  }

  private synchronized void keep(Open file, FusePollhandle handle) {
    FusePollhandle before = waiting.put(file, handle);
    if (before != null) {
      lib.fuse_pollhandle_destroy(before);
    }
  }

  private synchronized void wake(Open file) {
    FusePollhandle handle = waiting.remove(file);
    if (handle != null) {
      lib.fuse_notify_poll(handle);
      lib.fuse_pollhandle_destroy(handle);
    }
  }

  /** The file is closed. */
  synchronized void forget(Open file) {
    FusePollhandle handle = waiting.remove(file);
    if (handle != null) {
      lib.fuse_pollhandle_destroy(handle);
    }
  }
}
