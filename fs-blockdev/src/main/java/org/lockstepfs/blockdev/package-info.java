/**
 * Bytes on the shared disk: the block device, OCFS2's structures, the JBD2 journal and mkfs.
 *
 * <p>Knows nothing of locks, of clusters or of FUSE. {@code sys} calls libc, {@code device} reads
 * and writes whole blocks, {@code format} gives views of OCFS2's on-disk structures, {@code
 * journal} makes metadata changes atomic, {@code mkfs} formats a volume.
 */
package org.lockstepfs.blockdev;
