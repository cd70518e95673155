package org.lockstepfs.fuse.vfs;

import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A change of attributes; absent fields stay as they are.
 *
 * @param fh open file through which the change came (ftruncate)
 * @param mode permission bits
 * @param atime null: unchanged
 * @param mtime null: unchanged
 * @param ctime null: now, if anything changes
 * @param lockOwner POSIX lock owner, for mandatory locks; absent if not given
 * @param killSuidGid the kernel asks to clear set-user-id and set-group-id bits
 */
public record SetAttr(
    OptionalLong fh,
    OptionalInt mode,
    OptionalInt uid,
    OptionalInt gid,
    OptionalLong size,
    TimeSpec atime,
    TimeSpec mtime,
    TimeSpec ctime,
    OptionalLong lockOwner,
    boolean killSuidGid) {

  /**
   * Returns whether this comes from chown(2): also with -1 for both ids, when the kernel asks for
   * nothing but leaves the set-id bits to the file system (fs/fuse/dir.c, fuse_setattr).
   */
  public boolean isChown() {
    boolean nothing =
        mode.isEmpty()
            && size.isEmpty()
            && atime == null
            && mtime == null
            && ctime == null
            && !killSuidGid;
    return uid.isPresent() || gid.isPresent() || nothing;
  }
}
