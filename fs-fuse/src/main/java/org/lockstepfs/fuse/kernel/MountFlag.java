package org.lockstepfs.fuse.kernel;

import java.util.Optional;

/**
 * Options of mount(8) that are flags of mount(2) (include/uapi/linux/mount.h), and their opposites.
 */
enum MountFlag {
  RO("ro", "rw", 1),
  NOSUID("nosuid", "suid", 1 << 1),
  NODEV("nodev", "dev", 1 << 2),
  NOEXEC("noexec", "exec", 1 << 3),
  SYNC("sync", "async", 1 << 4),
  DIRSYNC("dirsync", "", 1 << 7),
  NOSYMFOLLOW("nosymfollow", "symfollow", 1 << 8),
  NOATIME("noatime", "atime", 1 << 10),
  NODIRATIME("nodiratime", "diratime", 1 << 11),
  RELATIME("relatime", "norelatime", 1 << 21),
  STRICTATIME("strictatime", "nostrictatime", 1 << 24),
  LAZYTIME("lazytime", "nolazytime", 1 << 25);

  private final String set;
  private final String cleared;
  private final long mask;

  MountFlag(String set, String cleared, long mask) {
    this.set = set;
    this.cleared = cleared;
    this.mask = mask;
  }

  /** Applies an option to a set of flags; empty if it is no flag. */
  static Optional<Long> apply(String option, long flags) {
    for (MountFlag flag : values()) {
      if (option.equals(flag.set)) {
        return Optional.of(flags | flag.mask);
      }
      if (option.equals(flag.cleared)) {
        return Optional.of(flags & ~flag.mask);
      }
    }
    return Optional.empty();
  }
}
