package org.lockstepfs.fuse.inode;

import java.io.IOException;
import org.lockstepfs.blockdev.format.Dinode;
import org.lockstepfs.blockdev.journal.Journal;
import org.lockstepfs.blockdev.journal.MetaBuffer;
import org.lockstepfs.fuse.dlmglue.FlockRes;
import org.lockstepfs.fuse.dlmglue.LockOps;
import org.lockstepfs.fuse.dlmglue.LockRes;
import org.lockstepfs.fuse.extent.ExtentTree;
import org.lockstepfs.fuse.meta.Geometry;
import org.lockstepfs.fuse.meta.MetaCache;
import org.lockstepfs.fuse.vfs.TimeSpec;

/** What an inode needs of its volume. */
public interface InodeContext {
  /** Returns the volume's sizes. */
  Geometry geometry();

  /** Returns this node's journal; null before it is loaded. */
  Journal journal();

  /** Returns the time now, in the resolution that is stored. */
  TimeSpec now();

  /** Waits until the journals of all dead nodes are replayed, unless this thread does it. */
  void awaitRecovery() throws IOException;

  /** Makes a cache for one inode's metadata blocks. */
  MetaCache newCache();

  /** Makes the META lock of an inode. */
  LockRes metaLock(long block, boolean system, LockOps ops);

  /** Makes the OPEN lock of an inode. */
  LockRes openLock(long block);

  /** Tells the kernel to ask again for an inode's attributes. */
  void attributesChanged(long block);

  /** Makes the flock(2) lock of one open file. */
  FlockRes flock(long block, int generation);

  /** Checks a dinode's block and returns a view of it. */
  Dinode openDinode(MetaBuffer buffer) throws IOException;

  /** Makes the extent tree that hangs in an inode's dinode. */
  ExtentTree extentTree(Inode inode) throws IOException;
}
