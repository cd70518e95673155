package org.lockstepfs.fuse.kernel.wire;

/**
 * The operations of the protocol ({@code enum fuse_opcode}); each knows how long its fixed
 * arguments are.
 */
public enum Opcode {
  LOOKUP(1, 0),
  FORGET(2, 8),
  GETATTR(3, 16),
  SETATTR(4, 88),
  READLINK(5, 0),
  SYMLINK(6, 0),
  MKNOD(8, 16),
  MKDIR(9, 8),
  UNLINK(10, 0),
  RMDIR(11, 0),
  RENAME(12, 8),
  LINK(13, 8),
  OPEN(14, 8),
  READ(15, 40),
  WRITE(16, 40),
  STATFS(17, 0),
  RELEASE(18, 24),
  FSYNC(20, 16),
  SETXATTR(21, 8),
  GETXATTR(22, 8),
  LISTXATTR(23, 8),
  REMOVEXATTR(24, 0),
  FLUSH(25, 24),
  INIT(26, 16),
  OPENDIR(27, 8),
  READDIR(28, 40),
  RELEASEDIR(29, 24),
  FSYNCDIR(30, 16),
  GETLK(31, 48),
  SETLK(32, 48),
  SETLKW(33, 48),
  ACCESS(34, 8),
  CREATE(35, 16),
  INTERRUPT(36, 8),
  BMAP(37, 16),
  DESTROY(38, 0),
  IOCTL(39, 32),
  POLL(40, 24),
  NOTIFY_REPLY(41, 0),
  BATCH_FORGET(42, 8),
  FALLOCATE(43, 32),
  READDIRPLUS(44, 40),
  RENAME2(45, 16),
  LSEEK(46, 24),
  COPY_FILE_RANGE(47, 56),
  SETUPMAPPING(48, 0),
  REMOVEMAPPING(49, 0),
  SYNCFS(50, 8),
  TMPFILE(51, 16),
  STATX(52, 0),
  /** Any number that is not listed. */
  UNKNOWN(-1, 0);

  private static final int LISTED = 64;
  private static final Opcode[] BY_CODE = byCode();

  private final int code;
  private final int argumentBytes;

  Opcode(int code, int argumentBytes) {
    this.code = code;
    this.argumentBytes = argumentBytes;
  }

  /** Returns the operation with a number, {@link #UNKNOWN} if there is none. */
  public static Opcode of(int code) {
    return code >= 0 && code < LISTED ? BY_CODE[code] : UNKNOWN;
  }

  /** Returns the number on the wire. */
  public int code() {
    return code;
  }

  /** Returns the length of the fixed arguments behind the request header, in bytes. */
  public int argumentBytes() {
    return argumentBytes;
  }

  private static Opcode[] byCode() {
    Opcode[] table = new Opcode[LISTED];
    java.util.Arrays.fill(table, UNKNOWN);
    for (Opcode op : values()) {
      if (op.code >= 0) {
        table[op.code] = op;
      }
    }
    return table;
  }
}
