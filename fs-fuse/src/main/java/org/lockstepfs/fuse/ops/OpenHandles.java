package org.lockstepfs.fuse.ops;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.inode.Inode;

/** The open file descriptions of a mount, by the number that the kernel knows. Thread-safe. */
final class OpenHandles {
  private final Map<Long, OpenHandle> handles = new ConcurrentHashMap<>();
  private final AtomicLong next = new AtomicLong(1);

  /** Opens a description; the caller has counted a reference to the inode for it. */
  OpenHandle open(Inode inode) {
    OpenHandle handle = new OpenHandle(next.getAndIncrement(), inode);
    handles.put(handle.fh(), handle);
    return handle;
  }

  /**
   * Returns a description.
   *
   * @throws ErrnoException EBADF if there is none of that number
   */
  OpenHandle get(long fh) throws ErrnoException {
    OpenHandle handle = handles.get(fh);
    if (handle == null) {
      throw new ErrnoException(Errno.EBADF, "file handle " + fh);
    }
    return handle;
  }

  /** Removes a description; null if there is none. */
  OpenHandle remove(long fh) {
    return handles.remove(fh);
  }

  /** Removes and returns all. */
  List<OpenHandle> removeAll() {
    List<OpenHandle> all = new ArrayList<>(handles.values());
    handles.clear();
    return all;
  }

  int size() {
    return handles.size();
  }
}
