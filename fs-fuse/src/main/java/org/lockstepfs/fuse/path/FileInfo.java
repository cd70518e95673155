package org.lockstepfs.fuse.path;

import jnr.ffi.Pointer;

/**
 * libfuse's {@code struct fuse_file_info}. jnr-fuse's view of it hides the bits, {@code
 * flock_release} among them, as padding. Source: fuse_common.h of libfuse 2.9.
 */
record FileInfo(Pointer memory) {
  private static final int FLAGS = 0;
  private static final int BITS = 20;
  private static final int FH = 24;
  private static final int LOCK_OWNER = 32;
  private static final int FLOCK_RELEASE = 1 << 4;

  /** Returns open(2)'s flags, with a write the file's flags now. */
  int flags() {
    return memory.getInt(FLAGS);
  }

  /** Returns the number of the open file or directory. */
  long number() {
    return memory.getLong(FH);
  }

  void number(long number) {
    memory.putLong(FH, number);
  }

  /** Tells, when an open file ends, whether a flock may have been taken through it. */
  boolean flockRelease() {
    return (memory.getInt(BITS) & FLOCK_RELEASE) != 0;
  }

  /** Returns the kernel's lock owner. */
  long lockOwner() {
    return memory.getLong(LOCK_OWNER);
  }
}
