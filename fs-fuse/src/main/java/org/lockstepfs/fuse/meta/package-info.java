/**
 * Metadata blocks in memory: what each inode has cached under its cluster lock, and what the
 * volume's parts share to reach the disk.
 */
package org.lockstepfs.fuse.meta;
