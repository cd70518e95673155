package org.lockstepfs.fuse.inode;

/** The parts of an inode's mode, as stat(2) has them. */
public final class FileMode {
  /** Bits of the file type. */
  public static final int TYPE_MASK = 0170000;

  /** How far to shift the type bits for the type that readdir(3) shows. */
  public static final int TYPE_SHIFT = 12;

  /** A socket. */
  public static final int SOCKET = 0140000;

  /** A symbolic link. */
  public static final int SYMLINK = 0120000;

  /** A regular file. */
  public static final int REGULAR = 0100000;

  /** A block device. */
  public static final int BLOCK_DEVICE = 0060000;

  /** A directory. */
  public static final int DIRECTORY = 0040000;

  /** A character device. */
  public static final int CHARACTER_DEVICE = 0020000;

  /** A fifo. */
  public static final int FIFO = 0010000;

  /** Set user id on execution. */
  public static final int SET_UID = 04000;

  /** Set group id on execution; on a directory, its files inherit the group. */
  public static final int SET_GID = 02000;

  /** Bits that chmod(2) changes. */
  public static final int PERMISSIONS = 07777;

  /** Execution by the group. */
  public static final int GROUP_EXECUTE = 0010;

  private FileMode() {}
}
