package org.lockstepfs.blockdev.format;

/**
 * The type of a file: as a directory entry stores it and as the upper bits of a mode.
 *
 * <p>Source: include/linux/fs_types.h, which OCFS2 uses for {@code file_type}.
 */
public enum FileType {
  /** Not known; never written by Linux. */
  UNKNOWN(0, 0),
  /** Regular file. */
  REGULAR(1, 0x8000),
  /** Directory. */
  DIRECTORY(2, 0x4000),
  /** Character device. */
  CHAR_DEVICE(3, 0x2000),
  /** Block device. */
  BLOCK_DEVICE(4, 0x6000),
  /** Named pipe. */
  FIFO(5, 0x1000),
  /** Socket. */
  SOCKET(6, 0xC000),
  /** Symbolic link. */
  SYMLINK(7, 0xA000);

  /** The bits of a mode that tell the type (S_IFMT). */
  public static final int MODE_MASK = 0xF000;

  private static final FileType[] BY_CODE = values();

  private final int code;
  private final int modeBits;

  FileType(int code, int modeBits) {
    this.code = code;
    this.modeBits = modeBits;
  }

  /** Returns the number that stands in a directory entry. */
  public int code() {
    return code;
  }

  /** Returns the S_IF* bits. */
  public int modeBits() {
    return modeBits;
  }

  /** Returns the type with that number in a directory entry; {@link #UNKNOWN} for any other. */
  public static FileType ofCode(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : UNKNOWN;
  }

  /** Returns the type in a mode; {@link #UNKNOWN} when the bits name none. */
  public static FileType ofMode(int mode) {
    return switch (mode & MODE_MASK) {
      case 0x8000 -> REGULAR;
      case 0x4000 -> DIRECTORY;
      case 0x2000 -> CHAR_DEVICE;
      case 0x6000 -> BLOCK_DEVICE;
      case 0x1000 -> FIFO;
      case 0xC000 -> SOCKET;
      case 0xA000 -> SYMLINK;
      default -> UNKNOWN;
    };
  }
}
