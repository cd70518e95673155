/**
 * The file system: volume, inodes, directories, files, allocation and the cluster lock cache; its
 * FUSE front ends; the node daemon, its command line and its metrics.
 */
package org.lockstepfs.fuse;
