package org.lockstepfs.fuse.dir;

import org.lockstepfs.blockdev.format.DirEntry;
import org.lockstepfs.blockdev.format.FileType;

/**
 * An entry found in a directory; good until the directory changes.
 *
 * @param logical which block of the directory, 0 for inline data
 * @param entry the entry in that block
 */
public record DirPosition(long logical, DirEntry entry) {

  /** Returns the block of the dinode that the entry names. */
  public long ino() {
    return entry.inode();
  }

  /** Returns the type that the entry states. */
  public FileType type() {
    return entry.type();
  }
}
