package org.lockstepfs.fuse.vfs;

/**
 * An open file as the kernel shall treat it.
 *
 * @param fh number that later requests carry
 * @param directIo bypass the kernel's page cache
 * @param keepCache keep what the page cache holds of an earlier open
 */
public record OpenFile(long fh, boolean directIo, boolean keepCache) {}
