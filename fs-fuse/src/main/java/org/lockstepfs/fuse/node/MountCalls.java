package org.lockstepfs.fuse.node;

import java.io.Closeable;
import java.io.IOException;
import java.util.List;
import org.lockstepfs.fuse.kernel.MountInfo;

/** The mount calls that the daemon makes besides the first mount of a volume. */
public interface MountCalls {

  /**
   * A copy of a mount that is mounted nowhere. Keeps the file system alive without keeping anybody
   * from unmounting the mount it was made of.
   */
  interface Copy extends Closeable {
    /** Mounts it, with the flags that the original had. */
    void attach(String dir) throws IOException;

    /** Drops it unless it was mounted. */
    @Override
    void close();
  }

  /** Returns the mount table of this process, oldest mount first. */
  List<MountInfo> table() throws IOException;

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

  /**
   * Tells whether nobody uses what is mounted on a directory, at this moment and as far as the
   * kernel can tell; unmounts nothing. What carries other mounts is in use.
   */
  boolean isIdle(String dir) throws IOException;

  /**
   * Copies a mount.
   *
   * @throws IOException if it is not what its directory leads to
   */
  Copy copy(MountInfo mount) throws IOException;

  /**
   * Tells whether nobody serves a FUSE mount any more. Asks the file system, and so takes as long
   * as that takes to answer: of a living one that can be for ever.
   *
   * @throws IOException if it is not what its directory leads to
   */
  boolean isDead(MountInfo mount) throws IOException;

  /** Detaches a mount if {@link #isDead}, and tells whether it did. */
  boolean detachIfDead(MountInfo mount) throws IOException;
}
