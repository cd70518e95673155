package org.lockstepfs.fuse.path;

import java.util.OptionalInt;
import java.util.OptionalLong;
import org.lockstepfs.fuse.vfs.SetAttr;
import org.lockstepfs.fuse.vfs.TimeSpec;

/** Changes of attributes; libfuse brings the parts of one request in a call each. */
final class Changes {
  private static final int UNCHANGED = -1;

  private Changes() {}

  static SetAttr mode(int mode) {
    return of(OptionalLong.empty(), OptionalInt.of(mode), OptionalLong.empty(), null, null, false);
  }

  /** A change of owner; -1 leaves a part as it is. */
  static SetAttr owner(int uid, int gid) {
    return new SetAttr(
        OptionalLong.empty(),
        OptionalInt.empty(),
        unlessUnchanged(uid),
        unlessUnchanged(gid),
        OptionalLong.empty(),
        null,
        null,
        null,
        OptionalLong.empty(),
        false);
  }

  /**
   * A change of size.
   *
   * @param fh the open file through which it came
   * @param rq whose truncation clears set-user-id bits unless it is root's
   */
  static SetAttr size(OptionalLong fh, long size, Caller rq) {
    return of(fh, OptionalInt.empty(), OptionalLong.of(size), null, null, rq.uid() != 0);
  }

  /** A change of times; null leaves one as it is. */
  static SetAttr times(TimeSpec atime, TimeSpec mtime) {
    return of(OptionalLong.empty(), OptionalInt.empty(), OptionalLong.empty(), atime, mtime, false);
  }

  private static OptionalInt unlessUnchanged(int id) {
    return id == UNCHANGED ? OptionalInt.empty() : OptionalInt.of(id);
  }

  private static SetAttr of(
      OptionalLong fh,
      OptionalInt mode,
      OptionalLong size,
      TimeSpec atime,
      TimeSpec mtime,
      boolean killSuidGid) {
    return new SetAttr(
        fh,
        mode,
        OptionalInt.empty(),
        OptionalInt.empty(),
        size,
        atime,
        mtime,
        null,
        OptionalLong.empty(),
        killSuidGid);
  }
}
