package org.lockstepfs.blockdev.format;

import java.util.Locale;

/**
 * The files of the system directory, in the order that the format fixes. The first seven exist
 * once, the others once per slot.
 *
 * <p>Source: fs/ocfs2/ocfs2_fs.h, ocfs2_system_inodes.
 */
public enum SystemFile {
  /** Blocks found bad; unused. */
  BAD_BLOCKS("bad_blocks", 0),
  /** Allocator of the system files' own inodes. */
  GLOBAL_INODE_ALLOC("global_inode_alloc", InodeFlags.BITMAP | InodeFlags.CHAIN),
  /** Which node holds which slot. */
  SLOT_MAP("slot_map", 0),
  /** One heartbeat block per node number. */
  HEARTBEAT("heartbeat", InodeFlags.HEARTBEAT),
  /** Allocator of clusters. */
  GLOBAL_BITMAP("global_bitmap", InodeFlags.BITMAP | InodeFlags.CHAIN),
  /** User quota. */
  USER_QUOTA("aquota.user", InodeFlags.QUOTA),
  /** Group quota. */
  GROUP_QUOTA("aquota.group", InodeFlags.QUOTA),
  /** Inodes without a name that are still open, or not yet deleted. */
  ORPHAN_DIR("orphan_dir", 0),
  /** Allocator of extent blocks and other metadata blocks. */
  EXTENT_ALLOC("extent_alloc", InodeFlags.BITMAP | InodeFlags.CHAIN),
  /** Allocator of inodes. */
  INODE_ALLOC("inode_alloc", InodeFlags.BITMAP | InodeFlags.CHAIN),
  /** JBD2 journal. */
  JOURNAL("journal", InodeFlags.JOURNAL),
  /** Window of clusters reserved from the global bitmap. */
  LOCAL_ALLOC("local_alloc", InodeFlags.BITMAP | InodeFlags.LOCAL_ALLOC),
  /** Clusters freed but not yet returned to the global bitmap. */
  TRUNCATE_LOG("truncate_log", InodeFlags.DEALLOC),
  /** A slot's changes to user quota. */
  LOCAL_USER_QUOTA("aquota.user", InodeFlags.QUOTA),
  /** A slot's changes to group quota. */
  LOCAL_GROUP_QUOTA("aquota.group", InodeFlags.QUOTA);

  private final String baseName;
  private final int flags;

  SystemFile(String baseName, int flags) {
    this.baseName = baseName;
    this.flags = flags;
  }

  /** Returns whether the file exists once on the volume rather than once per slot. */
  public boolean isGlobal() {
    return ordinal() <= GROUP_QUOTA.ordinal();
  }

  /** Returns the {@code i_flags} of the file beside VALID and SYSTEM. */
  public int flags() {
    return flags;
  }

  /** Returns the mode with which mkfs creates the file. */
  public int mode() {
    return this == ORPHAN_DIR
        ? FileType.DIRECTORY.modeBits() | 0755
        : FileType.REGULAR.modeBits() | 0644;
  }

  /**
   * Returns the file's name in the system directory.
   *
   * @param slot slot number; ignored for a global file
   */
  public String fileName(int slot) {
    return isGlobal() ? baseName : String.format(Locale.ROOT, "%s:%04d", baseName, slot);
  }
}
