package org.lockstepfs.fuse.dlmglue;

/**
 * What a cluster lock protects; the first character of its name.
 *
 * <p>Source: Linux 6.1 fs/ocfs2/ocfs2_lockid.h; flags from the ocfs2_lock_res_ops tables in
 * dlmglue.c.
 */
public enum LockType {
  /** An inode's metadata, and the caches of its data. */
  META('M', "meta", true, true),
  /** Formerly an inode's data; since protocol 10 covered by META, the name stays reserved. */
  DATA('D', "data", false, false),
  /** The slot map, and with it mount and recovery. */
  SUPER('S', "super", true, false),
  /** Renames that move a directory to another parent, one at a time in the cluster. */
  RENAME('R', "rename", false, false),
  /** Reads against writes of one file, where direct I/O bypasses META. */
  RW('W', "rw", false, false),
  /** A directory entry that a node has cached; EX by whoever removes it. */
  DENTRY('N', "dentry", false, false),
  /** PR as long as an inode is in memory; a deleter that gets EX knows that nobody uses it. */
  OPEN('O', "open", false, false),
  /** One open file's flock(2); never cached. */
  FLOCK('F', "flock", false, false),
  /** The global quota information of one quota type. */
  QINFO('Q', "qinfo", true, true),
  /** Deletion of inodes against look-up by file handle. */
  NFS_SYNC('Y', "nfssync", false, false),
  /** Whose turn it is to scan the orphan directories. */
  ORPHAN_SCAN('P', "orphanscan", true, true),
  /** A refcount tree. */
  REFCOUNT('T', "refcount", false, false),
  /** FITRIM, and what the last one did. */
  TRIM_FS('I', "trimfs", true, true),
  /** A lock of a domain without a volume; its name is its user's and has no letter. */
  USER('U', "user", true, true);

  private final char letter;
  private final String label;
  private final boolean requiresRefresh;
  private final boolean usesLvb;

  LockType(char letter, String label, boolean requiresRefresh, boolean usesLvb) {
    this.letter = letter;
    this.label = label;
    this.requiresRefresh = requiresRefresh;
    this.usesLvb = usesLvb;
  }

  /** Returns the character that names of this type begin with. */
  public char letter() {
    return letter;
  }

  /** Returns a lower-case word for metrics and logs. */
  public String label() {
    return label;
  }

  /** Returns whether what the lock protects must be read again after the lock was at NL. */
  public boolean requiresRefresh() {
    return requiresRefresh;
  }

  /** Returns whether the lock carries a value block. */
  public boolean usesLvb() {
    return usesLvb;
  }
}
