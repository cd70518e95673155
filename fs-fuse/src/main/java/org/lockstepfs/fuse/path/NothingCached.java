package org.lockstepfs.fuse.path;

import org.lockstepfs.fuse.vfs.KernelCaches;
import org.lockstepfs.fuse.vfs.Name;

/** The kernel is told to trust nothing, so that there is nothing to drop. */
final class NothingCached implements KernelCaches {
  @Override
  public void invalidateAttributes(long nodeId) {}

  @Override
  public void invalidateInode(long nodeId, long offset, long length) {}

  @Override
  public void invalidateEntry(long parent, Name name) {}
}
