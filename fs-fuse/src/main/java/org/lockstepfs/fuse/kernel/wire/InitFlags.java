package org.lockstepfs.fuse.kernel.wire;

import java.util.ArrayList;
import java.util.List;

/**
 * Capabilities that INIT negotiates: {@code flags} in bits 0 to 31, {@code flags2} in bits 32 to
 * 63.
 */
public enum InitFlags {
  ASYNC_READ(0),
  POSIX_LOCKS(1),
  ATOMIC_O_TRUNC(3),
  EXPORT_SUPPORT(4),
  BIG_WRITES(5),
  DONT_MASK(6),
  FLOCK_LOCKS(10),
  AUTO_INVAL_DATA(12),
  DO_READDIRPLUS(13),
  READDIRPLUS_AUTO(14),
  ASYNC_DIO(15),
  WRITEBACK_CACHE(16),
  NO_OPEN_SUPPORT(17),
  PARALLEL_DIROPS(18),
  POSIX_ACL(20),
  ABORT_ERROR(21),
  MAX_PAGES(22),
  CACHE_SYMLINKS(23),
  NO_OPENDIR_SUPPORT(24),
  EXPLICIT_INVAL_DATA(25),
  HANDLE_KILLPRIV_V2(28),
  SETXATTR_EXT(29),
  INIT_EXT(30),
  HAS_EXPIRE_ONLY(35),
  DIRECT_IO_ALLOW_MMAP(36);

  private final long mask;

  InitFlags(int bit) {
    mask = 1L << bit;
  }

  /** Returns the bit as a mask over both flag words. */
  public long mask() {
    return mask;
  }

  /** Returns the masks of several capabilities together. */
  public static long maskOf(InitFlags... flags) {
    long all = 0;
    for (InitFlags flag : flags) {
      all |= flag.mask;
    }
    return all;
  }

  /** Returns the capabilities that are set in {@code masks}; bits without a name are left out. */
  public static List<InitFlags> in(long masks) {
    List<InitFlags> found = new ArrayList<>();
    for (InitFlags flag : values()) {
      if ((masks & flag.mask) != 0) {
        found.add(flag);
      }
    }
    return found;
  }
}
