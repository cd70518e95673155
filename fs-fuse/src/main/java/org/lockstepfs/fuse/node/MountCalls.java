package org.lockstepfs.fuse.node;

import java.io.IOException;

/** The mount calls that the daemon makes besides the first mount of a volume. */
public interface MountCalls {

  /**
   * Bind-mounts {@code from} on {@code to}.
   *
   * @param flags MS_* flags, all that the new mount shall have, whatever the other one has
   */
  void bind(String from, String to, long flags) throws IOException;

  /**
   * Unmounts.
   *
   * @param lazy detach now although it is in use
   */
  void unmount(String dir, boolean lazy) throws IOException;
}
