package org.lockstepfs.fuse.volume;

/**
 * How a volume is to be mounted.
 *
 * @param readOnly change nothing in files
 * @param noatime do not record accesses
 */
public record MountOptions(boolean readOnly, boolean noatime) {}
