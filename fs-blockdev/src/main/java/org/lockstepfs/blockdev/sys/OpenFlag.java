package org.lockstepfs.blockdev.sys;

/** Flags of open(2) on Linux. Source: include/uapi/asm-generic/fcntl.h and its arm variant. */
public final class OpenFlag {
  /** Read only. */
  public static final int RDONLY = 0;

  /** Read and write. */
  public static final int RDWR = 2;

  /** Do not hand down to child processes. */
  public static final int CLOEXEC = 02000000;

  /** Bypass the page cache. */
  public static final int DIRECT = isArm() ? 0200000 : 040000;

  /** Only names a file: whoever serves it is not asked. */
  public static final int PATH = 010000000;

  /** Do not follow the last symbolic link. */
  public static final int NOFOLLOW = isArm() ? 0100000 : 0400000;

  /** Claims a block device for this program alone, among all that claim. */
  public static final int EXCL = 0200;

  private OpenFlag() {}

  private static boolean isArm() {
    String architecture = System.getProperty("os.arch", "");
    return architecture.startsWith("aarch") || architecture.startsWith("arm");
  }
}
