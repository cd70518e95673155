package org.lockstepfs.fuse.kernel.wire;

import java.nio.ByteBuffer;
import org.lockstepfs.fuse.vfs.Attr;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.FileLock;
import org.lockstepfs.fuse.vfs.OpenFile;
import org.lockstepfs.fuse.vfs.StatFs;

/**
 * Encodes the structures of replies. Every method writes at a given place of a buffer in host byte
 * order and returns the structure's length in bytes.
 */
public final class ReplyEncoder {
  /** Length of {@code fuse_out_header}. */
  public static final int HEADER_BYTES = 16;

  /** Length of {@code fuse_entry_out}. */
  public static final int ENTRY_BYTES = 128;

  /** Room that the longest fixed reply (CREATE) needs, header included. */
  public static final int LONGEST_BYTES = HEADER_BYTES + ENTRY_BYTES + 16;

  private static final int FOPEN_DIRECT_IO = 1;
  private static final int FOPEN_KEEP_CACHE = 2;

  private ReplyEncoder() {}

  /**
   * Writes {@code fuse_out_header} at 0.
   *
   * @param bytes length of what follows it
   * @param error 0, or a negative errno; a notification's code if {@code unique} is 0
   */
  public static int header(ByteBuffer out, int bytes, int error, long unique) {
    out.putInt(0, HEADER_BYTES + bytes).putInt(4, error).putLong(8, unique);
    return HEADER_BYTES;
  }

  /** Writes {@code fuse_attr}. */
  public static int attr(ByteBuffer out, int at, Attr attr) {
    out.putLong(at, attr.ino()).putLong(at + 8, attr.size()).putLong(at + 16, attr.blocks());
    out.putLong(at + 24, attr.atime().seconds()).putLong(at + 32, attr.mtime().seconds());
    out.putLong(at + 40, attr.ctime().seconds()).putInt(at + 48, attr.atime().nanos());
    out.putInt(at + 52, attr.mtime().nanos()).putInt(at + 56, attr.ctime().nanos());
    out.putInt(at + 60, attr.mode()).putInt(at + 64, attr.nlink()).putInt(at + 68, attr.uid());
    out.putInt(at + 72, attr.gid()).putInt(at + 76, attr.rdev()).putInt(at + 80, attr.blksize());
    out.putInt(at + 84, 0);
    return 88;
  }

  /** Writes {@code fuse_attr_out}. */
  public static int attrOut(ByteBuffer out, int at, Attr attr, long validMs) {
    out.putLong(at, seconds(validMs)).putInt(at + 8, nanos(validMs)).putInt(at + 12, 0);
    return 16 + attr(out, at + 16, attr);
  }

  /** Writes {@code fuse_entry_out}. */
  public static int entry(ByteBuffer out, int at, Entry entry) {
    out.putLong(at, entry.nodeId()).putLong(at + 8, entry.generation());
    out.putLong(at + 16, seconds(entry.entryValidMs()))
        .putLong(at + 24, seconds(entry.attrValidMs()));
    out.putInt(at + 32, nanos(entry.entryValidMs())).putInt(at + 36, nanos(entry.attrValidMs()));
    return 40 + attr(out, at + 40, entry.attr());
  }

  /** Writes {@code fuse_open_out}. */
  public static int open(ByteBuffer out, int at, OpenFile file) {
    int flags = (file.directIo() ? FOPEN_DIRECT_IO : 0) | (file.keepCache() ? FOPEN_KEEP_CACHE : 0);
    out.putLong(at, file.fh()).putInt(at + 8, flags).putInt(at + 12, 0);
    return 16;
  }

  /** Writes {@code fuse_write_out}. */
  public static int written(ByteBuffer out, int at, int bytes) {
    out.putInt(at, bytes).putInt(at + 4, 0);
    return 8;
  }

  /** Writes {@code fuse_lseek_out}. */
  public static int offset(ByteBuffer out, int at, long offset) {
    out.putLong(at, offset);
    return 8;
  }

  /** Writes {@code fuse_statfs_out}. */
  public static int statfs(ByteBuffer out, int at, StatFs totals) {
    out.putLong(at, totals.blocks())
        .putLong(at + 8, totals.bfree())
        .putLong(at + 16, totals.bavail());
    out.putLong(at + 24, totals.files()).putLong(at + 32, totals.ffree());
    out.putInt(at + 40, totals.blockSize()).putInt(at + 44, totals.nameMax());
    out.putInt(at + 48, totals.blockSize());
    for (int spare = 52; spare < 80; spare += 4) {
      out.putInt(at + spare, 0);
    }
    return 80;
  }

  /** Writes {@code fuse_lk_out}. */
  public static int lock(ByteBuffer out, int at, FileLock lock) {
    out.putLong(at, lock.start()).putLong(at + 8, lock.end());
    out.putInt(at + 16, LockCodec.number(lock.type())).putInt(at + 20, lock.pid());
    return 24;
  }

  private static long seconds(long ms) {
    return ms / 1000;
  }

  private static int nanos(long ms) {
    return (int) (ms % 1000) * 1_000_000;
  }
}
