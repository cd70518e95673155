package org.lockstepfs.blockdev.format;

/** Bits of a dinode's {@code i_flags} and {@code i_dyn_features}. Source: fs/ocfs2/ocfs2_fs.h. */
public final class InodeFlags {
  /** {@code i_flags}: in use; cleared when the inode is deleted. */
  public static final int VALID = 0x0001;

  /** {@code i_flags}: has an entry in an orphan directory. */
  public static final int ORPHANED = 0x0004;

  /** {@code i_flags}: belongs to the file system itself. */
  public static final int SYSTEM = 0x0010;

  /** {@code i_flags}: the superblock. */
  public static final int SUPER_BLOCK = 0x0020;

  /** {@code i_flags}: a slot's local alloc. */
  public static final int LOCAL_ALLOC = 0x0040;

  /** {@code i_flags}: an allocation bitmap; {@code id1} counts its bits. */
  public static final int BITMAP = 0x0080;

  /** {@code i_flags}: a slot's journal. */
  public static final int JOURNAL = 0x0100;

  /** {@code i_flags}: the heartbeat file. */
  public static final int HEARTBEAT = 0x0200;

  /** {@code i_flags}: a chain allocator. */
  public static final int CHAIN = 0x0400;

  /** {@code i_flags}: a slot's truncate log. */
  public static final int DEALLOC = 0x0800;

  /** {@code i_flags}: a quota file. */
  public static final int QUOTA = 0x1000;

  /** {@code i_flags}: in an orphan directory for the length of an appending direct write. */
  public static final int DIO_ORPHANED = 0x2000;

  /** {@code i_dyn_features}: the data stands in the inode block. */
  public static final int INLINE_DATA = 0x0001;

  /** {@code i_dyn_features}: has extended attributes. */
  public static final int HAS_XATTR = 0x0002;

  /** {@code i_dyn_features}: the end of the inode block holds extended attributes. */
  public static final int INLINE_XATTR = 0x0004;

  /** {@code i_dyn_features}: directory with an index. */
  public static final int INDEXED_DIR = 0x0008;

  /** {@code i_dyn_features}: shares extents through a refcount tree. */
  public static final int HAS_REFCOUNT = 0x0010;

  private static final String[] FLAG_NAMES = {
    "Valid",
    "0x2",
    "Orphan",
    "0x8",
    "System",
    "Superblock",
    "Localalloc",
    "Allocbitmap",
    "Journal",
    "Heartbeat",
    "Chain",
    "Dealloc",
    "Quota",
    "DioOrphan"
  };

  private InodeFlags() {}

  /**
   * Returns the names of {@code i_flags}, separated by blanks, much as debugfs.ocfs2 shows them.
   */
  public static String names(int flags) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < Integer.SIZE; bit++) {
      if ((flags & (1 << bit)) != 0) {
        text.append(text.isEmpty() ? "" : " ")
            .append(
                bit < FLAG_NAMES.length ? FLAG_NAMES[bit] : "0x" + Integer.toHexString(1 << bit));
      }
    }
    return text.toString();
  }
}
