/**
 * Directories: entries in the dinode itself or in blocks, found by scanning; large ones through an
 * index in memory that lives as long as the directory's cluster lock.
 */
package org.lockstepfs.fuse.dir;
