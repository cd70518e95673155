package org.lockstepfs.fuse.volume;

/**
 * How a volume is to be mounted.
 *
 * @param readOnly change nothing in files
 * @param noatime do not record accesses
 * @param hardReadOnly the device cannot be written: no slot is taken, and no journal replayed
 */
public record MountOptions(boolean readOnly, boolean noatime, boolean hardReadOnly) {

  /** Makes options for a device that can be written. */
  public MountOptions(boolean readOnly, boolean noatime) {
    this(readOnly, noatime, false);
  }
}
