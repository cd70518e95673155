package org.lockstepfs.fuse.dlmglue;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;
import org.lockstepfs.fuse.vfs.TimeSpec;
import org.lockstepfs.stack.glue.Lksb;

/**
 * An inode's attributes in the value block of its META lock: the next node that takes the lock need
 * not read the disk for them. Unsigned fields of 32 bits keep their bits in an {@code int}.
 *
 * <pre>
 *    0 version u8, 5     1 reserved      2 dynamic features u16   4 clusters u32
 *    8 uid u32          12 gid u32      16 atime u64   24 ctime u64   32 mtime u64
 *   40 size u64         48 mode u16     50 links u16   52 attr u32   56 generation u32   60 reserved
 * </pre>
 *
 * <p>All big-endian. A time is 34 bits of seconds, cut off at both ends, and 30 bits of
 * nanoseconds.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/dlmglue.h, struct ocfs2_meta_lvb; dlmglue.c,
 * __ocfs2_stuff_meta_lvb, ocfs2_pack_timespec, ocfs2_meta_lvb_is_trustable.
 */
public record MetaLvb(
    int dynFeatures,
    int clusters,
    int uid,
    int gid,
    TimeSpec atime,
    TimeSpec ctime,
    TimeSpec mtime,
    long size,
    int mode,
    int links,
    int attr,
    int generation) {

  /** Version of this layout (OCFS2_LVB_VERSION). */
  public static final int VERSION = 5;

  private static final int NANO_BITS = 30;
  private static final long NANO_MASK = (1L << NANO_BITS) - 1;
  private static final long MAX_SECONDS = (1L << (Long.SIZE - NANO_BITS)) - 1;
  private static final int GENERATION_OFFSET = 56;

  /** Writes this to a value block of 64 bytes. */
  public void pack(byte[] lvb) {
    checkLength(lvb);
    ByteBuffer.wrap(lvb)
        .put((byte) VERSION)
        .put((byte) 0)
        .putShort((short) dynFeatures)
        .putInt(clusters)
        .putInt(uid)
        .putInt(gid)
        .putLong(packTime(atime))
        .putLong(packTime(ctime))
        .putLong(packTime(mtime))
        .putLong(size)
        .putShort((short) mode)
        .putShort((short) links)
        .putInt(attr)
        .putInt(generation)
        .putInt(0);
  }

  /** Writes a value block that nobody trusts, for an inode that was deleted. */
  public static void packDeleted(byte[] lvb) {
    checkLength(lvb);
    Arrays.fill(lvb, (byte) 0);
  }

  /**
   * Reads a value block if it can be trusted: somebody vouches for it, its version is this one, and
   * it is about this generation of the inode.
   *
   * @param lvb 64 bytes, or null if nobody vouches for it
   * @param generation the generation of the inode that the reader means
   */
  public static Optional<MetaLvb> trusted(byte[] lvb, int generation) {
    if (lvb == null) {
      return Optional.empty();
    }
    checkLength(lvb);
    ByteBuffer b = ByteBuffer.wrap(lvb);
    if (b.get(0) != VERSION || b.getInt(GENERATION_OFFSET) != generation) {
      return Optional.empty();
    }
    b.position(2);
    return Optional.of(unpack(b));
  }

  private static MetaLvb unpack(ByteBuffer b) {
    return new MetaLvb(
        Short.toUnsignedInt(b.getShort()),
        b.getInt(),
        b.getInt(),
        b.getInt(),
        unpackTime(b.getLong()),
        unpackTime(b.getLong()),
        unpackTime(b.getLong()),
        b.getLong(),
        Short.toUnsignedInt(b.getShort()),
        Short.toUnsignedInt(b.getShort()),
        b.getInt(),
        b.getInt());
  }

  private static long packTime(TimeSpec time) {
    long seconds = Math.max(0, Math.min(MAX_SECONDS, time.seconds()));
    return (seconds << NANO_BITS) | (time.nanos() & NANO_MASK);
  }

  private static TimeSpec unpackTime(long packed) {
    return new TimeSpec(packed >>> NANO_BITS, (int) (packed & NANO_MASK));
  }

  private static void checkLength(byte[] lvb) {
    if (lvb.length != Lksb.LVB_LENGTH) {
      throw new IllegalArgumentException("value block of " + lvb.length + " bytes");
    }
  }
}
