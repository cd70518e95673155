package org.lockstepfs.stack.glue;

/** Another program that keeps the byte-range locks of volumes in place of the stack. */
public interface PlockDaemon {

  /** A volume's locks there. */
  interface VolumeLocks extends PosixLocks {
    /** The volume is left: requests end with EIO, locks of this node's processes are dropped. */
    void leave();
  }

  /**
   * Returns the locks of a volume.
   *
   * @param uuid the volume's, 32 upper-case hexadecimal digits
   * @param node this node's number
   */
  VolumeLocks volume(String uuid, int node);
}
