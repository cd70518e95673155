/** Inodes in memory: identity, attributes, the cluster locks that protect them, and their table. */
package org.lockstepfs.fuse.inode;
