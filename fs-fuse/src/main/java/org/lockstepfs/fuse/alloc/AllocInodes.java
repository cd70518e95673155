package org.lockstepfs.fuse.alloc;

import org.lockstepfs.fuse.inode.LockedInode;

/** The system files that allocation works on. */
public interface AllocInodes {

  /** Returns this node's slot. */
  int slot();

  /** Returns the number of slots of the volume. */
  int slots();

  /** Returns global_bitmap. */
  LockedInode globalBitmap();

  /** Returns inode_alloc of a slot. */
  LockedInode inodeAlloc(int slot);

  /** Returns extent_alloc of a slot. */
  LockedInode extentAlloc(int slot);

  /** Returns local_alloc of this node's slot. */
  LockedInode localAlloc();

  /** Returns truncate_log of this node's slot. */
  LockedInode truncateLog();
}
