package org.lockstepfs.fuse.kernel.wire;

import java.time.Clock;
import java.time.Instant;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.lockstepfs.fuse.vfs.SetAttr;
import org.lockstepfs.fuse.vfs.TimeSpec;

/** Reads {@code fuse_setattr_in}; "now" comes from a given clock. */
public final class SetAttrCodec {
  private static final int FATTR_MODE = 1;
  private static final int FATTR_UID = 1 << 1;
  private static final int FATTR_GID = 1 << 2;
  private static final int FATTR_SIZE = 1 << 3;
  private static final int FATTR_ATIME = 1 << 4;
  private static final int FATTR_MTIME = 1 << 5;
  private static final int FATTR_FH = 1 << 6;
  private static final int FATTR_ATIME_NOW = 1 << 7;
  private static final int FATTR_MTIME_NOW = 1 << 8;
  private static final int FATTR_LOCKOWNER = 1 << 9;
  private static final int FATTR_CTIME = 1 << 10;
  private static final int FATTR_KILL_SUIDGID = 1 << 11;
  private static final int PERMISSIONS = 07777;

  private SetAttrCodec() {}

  /** Reads the change that a SETATTR request asks for. */
  public static SetAttr decode(RequestView rq, Clock clock) {
    int valid = rq.u32(0);
    return new SetAttr(
        u64(valid, FATTR_FH, rq, 8),
        (valid & FATTR_MODE) == 0 ? OptionalInt.empty() : OptionalInt.of(rq.u32(68) & PERMISSIONS),
        u32(valid, FATTR_UID, rq, 76),
        u32(valid, FATTR_GID, rq, 80),
        u64(valid, FATTR_SIZE, rq, 16),
        time(valid, FATTR_ATIME, FATTR_ATIME_NOW, rq, 32, 56, clock),
        time(valid, FATTR_MTIME, FATTR_MTIME_NOW, rq, 40, 60, clock),
        time(valid, FATTR_CTIME, 0, rq, 48, 64, clock),
        u64(valid, FATTR_LOCKOWNER, rq, 24),
        (valid & FATTR_KILL_SUIDGID) != 0);
  }

  private static OptionalInt u32(int valid, int bit, RequestView rq, int offset) {
    return (valid & bit) == 0 ? OptionalInt.empty() : OptionalInt.of(rq.u32(offset));
  }

  private static OptionalLong u64(int valid, int bit, RequestView rq, int offset) {
    return (valid & bit) == 0 ? OptionalLong.empty() : OptionalLong.of(rq.u64(offset));
  }

  private static TimeSpec time(
      int valid, int bit, int nowBit, RequestView rq, int seconds, int nanos, Clock clock) {
    if ((valid & nowBit) != 0) {
      Instant now = clock.instant();
      return new TimeSpec(now.getEpochSecond(), now.getNano());
    }
    return (valid & bit) == 0 ? null : new TimeSpec(rq.u64(seconds), rq.u32(nanos));
  }
}
