package org.lockstepfs.blockdev.format;

/**
 * A feature bit of the superblock, with the name that the ocfs2-tools print and read.
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h; names from ocfs2-tools' feature table.
 */
public enum Feature {
  /** Copies of the superblock at 1 GiB, 4 GiB, … 1 TiB. */
  BACKUP_SUPER(Kind.COMPAT, 0x0001, "backup-super"),
  /** The journal's feature bits mean what JBD2 says. */
  STRICT_JOURNAL_SUPER(Kind.COMPAT, 0x0002, "strict-journal-super"),
  /** A device that carries a heartbeat and no file system. */
  HEARTBEAT_DEV(Kind.INCOMPAT, 0x0002, "heartbeat-device"),
  /** A resize was cut short. */
  RESIZE_INPROG(Kind.INCOMPAT, 0x0004, "aborted-resize"),
  /** For one node, without a cluster. */
  LOCAL(Kind.INCOMPAT, 0x0008, "local"),
  /** Files may have holes. */
  SPARSE(Kind.INCOMPAT, 0x0010, "sparse"),
  /** Another tunefs operation was cut short. */
  TUNEFS_INPROG(Kind.INCOMPAT, 0x0020, "aborted-tunefs"),
  /** Small files and directories live in the inode block. */
  INLINE_DATA(Kind.INCOMPAT, 0x0040, "inline-data"),
  /** Belongs to a cluster stack other than the classic one. */
  USERSPACE_STACK(Kind.INCOMPAT, 0x0080, "userspace-stack"),
  /** Slot map with 32-bit node numbers. */
  EXTENDED_SLOT_MAP(Kind.INCOMPAT, 0x0100, "extended-slotmap"),
  /** Extended attributes. */
  XATTR(Kind.INCOMPAT, 0x0200, "xattr"),
  /** Hashed directory indexes. */
  INDEXED_DIRS(Kind.INCOMPAT, 0x0400, "indexed-dirs"),
  /** Checksum and error correction in every metadata block. */
  META_ECC(Kind.INCOMPAT, 0x0800, "metaecc"),
  /** Shared extents. */
  REFCOUNT(Kind.INCOMPAT, 0x1000, "refcount"),
  /** Suballocator groups made of several pieces. */
  DISCONTIG_BG(Kind.INCOMPAT, 0x2000, "discontig-bg"),
  /** The superblock names the cluster stack, whichever it is. */
  CLUSTERINFO(Kind.INCOMPAT, 0x4000, "clusterinfo"),
  /** Direct I/O may extend a file. */
  APPEND_DIO(Kind.INCOMPAT, 0x8000, "append-dio"),
  /** Extents that are allocated and read as zeros. */
  UNWRITTEN(Kind.RO_COMPAT, 0x0001, "unwritten"),
  /** User quota. */
  USRQUOTA(Kind.RO_COMPAT, 0x0002, "usrquota"),
  /** Group quota. */
  GRPQUOTA(Kind.RO_COMPAT, 0x0004, "grpquota");

  /** What an implementation that lacks a feature may still do with the volume. */
  public enum Kind {
    /** Everything. */
    COMPAT,
    /** Nothing. */
    INCOMPAT,
    /** Read. */
    RO_COMPAT
  }

  private final Kind kind;
  private final int bit;
  private final String label;

  Feature(Kind kind, int bit, String label) {
    this.kind = kind;
    this.bit = bit;
    this.label = label;
  }

  /** Returns which of the three feature words holds the bit. */
  public Kind kind() {
    return kind;
  }

  /** Returns the bit within its word. */
  public int bit() {
    return bit;
  }

  /** Returns the name that the ocfs2-tools use. */
  public String label() {
    return label;
  }

  /** Returns the feature of that name, or null. */
  public static Feature named(String label) {
    for (Feature feature : values()) {
      if (feature.label.equals(label)) {
        return feature;
      }
    }
    return null;
  }
}
