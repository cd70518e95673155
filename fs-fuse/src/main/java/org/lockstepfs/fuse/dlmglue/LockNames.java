package org.lockstepfs.fuse.dlmglue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.lockstepfs.stack.glue.LockId;

/**
 * The names of cluster locks, as every node of the cluster must build them: 31 bytes.
 *
 * <pre>
 *   all but dentries        0: type   1: "000000"    7: block, 16 hex   23: generation, 8 hex
 *   dentries                0: 'N'    1: parent directory's block, 16 hex   17: zero
 *                          18: inode's block, 8 bytes big-endian   26: zeros
 * </pre>
 *
 * <p>Source: Linux 6.1 fs/ocfs2/ocfs2_lockid.h; dlmglue.c, ocfs2_build_lock_name and
 * ocfs2_dentry_lock_res_init.
 */
public final class LockNames {
  /** Length of every name in bytes. */
  public static final int LENGTH = 31;

  /** Block number in the name of the super lock (OCFS2_SUPER_BLOCK_BLKNO). */
  public static final long SUPER_BLOCK = 2;

  private static final String PAD = "000000";
  private static final int DENTRY_INODE_OFFSET = 18;
  private static final HexFormat HEX = HexFormat.of();

  private LockNames() {}

  /**
   * Builds the name of a lock of any type but DENTRY.
   *
   * @param block the block that the lock is about, 0 if it is about none
   * @param generation the inode's generation for RW and FLOCK, the volume's for the META lock of a
   *     system file, 0 for any other META and OPEN lock and for locks of no inode (inode.c,
   *     ocfs2_read_locked_inode)
   */
  public static LockId of(LockType type, long block, int generation) {
    if (type == LockType.DENTRY) {
      throw new IllegalArgumentException("a dentry lock is named by parent and inode");
    }
    return LockId.of(type.letter() + PAD + HEX.toHexDigits(block) + HEX.toHexDigits(generation));
  }

  /** Builds the name of the lock of the names that an inode has in one directory. */
  public static LockId dentry(long parentBlock, long inodeBlock) {
    String head = LockType.DENTRY.letter() + HEX.toHexDigits(parentBlock);
    ByteBuffer name = ByteBuffer.allocate(LENGTH);
    name.put(head.getBytes(StandardCharsets.ISO_8859_1));
    name.putLong(DENTRY_INODE_OFFSET, inodeBlock);
    return new LockId(name.array());
  }
}
