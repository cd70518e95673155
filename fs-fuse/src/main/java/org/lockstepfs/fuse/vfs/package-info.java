/**
 * The operation interface between front ends and the file system: inode-based and asynchronous, as
 * the kernel's FUSE protocol has it.
 *
 * <p>Every operation ends with exactly one call on its reply object, from any thread, or by
 * throwing before that. The kernel checks permissions ({@code default_permissions}); the file
 * system does not.
 */
package org.lockstepfs.fuse.vfs;
