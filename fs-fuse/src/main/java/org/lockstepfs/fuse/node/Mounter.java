package org.lockstepfs.fuse.node;

import java.io.Closeable;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.lockstepfs.fuse.control.Messages.MountStatus;

/** Brings a volume from its device to a mount point. */
public interface Mounter {

  /** A volume that is mounted by this daemon, at one place or, by bind mounts, at several. */
  interface Mounted {
    /** Returns the device number of the mounted file system, as /proc/self/mountinfo shows it. */
    String devno();

    /** Returns the block device or image file. */
    String device();

    /** Returns the name of the front end that it is mounted through. */
    String frontEnd();

    /** Returns whether the volume was mounted read-only. */
    boolean readOnly();

    /**
     * Lets a volume that was mounted read-only be changed.
     *
     * @throws IOException if there is another reason not to
     */
    void allowWrites() throws IOException;

    /** Returns what status shows; mount points are filled in by the caller. */
    MountStatus status();

    /** Completes when the connection has ended and the volume is left and clean on disk. */
    CompletableFuture<Void> left();

    /** Ends the connection although it is in use: its users get errors from now on. */
    void abort() throws IOException;
  }

  /** A volume whose heartbeat goes on without a mount. */
  interface HeldVolume extends Closeable {
    /** Returns the volume's UUID. */
    String uuid();
  }

  /**
   * Starts the heartbeat of a volume that belongs to a cluster.
   *
   * @param device canonical path of a block device or image file
   * @throws IOException with a one-line reason
   */
  HeldVolume hold(String device) throws IOException;

  /**
   * Mounts; returns when the mount point is usable.
   *
   * @param device canonical path of a block device or image file
   * @param dir canonical path of an existing directory
   * @param options mount options by name; flags have an empty value
   * @throws IOException with a one-line reason
   */
  Mounted mount(String device, String dir, Map<String, String> options) throws IOException;
}
