package org.lockstepfs.fuse.kernel.wire;

import java.nio.ByteBuffer;
import org.lockstepfs.fuse.vfs.Name;

/**
 * Encodes messages to the kernel that answer no request ({@code enum fuse_notify_code}). Every
 * method writes the whole message at 0 and returns its length in bytes.
 */
public final class Notification {
  /** Room that the longest message needs. */
  public static final int LONGEST_BYTES = ReplyEncoder.HEADER_BYTES + 16 + Name.MAX_LENGTH + 1;

  /** Offset that spares an inode's data. */
  public static final long NO_DATA = -1;

  private static final int INVAL_INODE = 2;
  private static final int INVAL_ENTRY = 3;

  private Notification() {}

  /** Drop an inode's attributes, and its data from {@code offset} on unless that is negative. */
  public static int invalidateInode(ByteBuffer out, long nodeId, long offset, long length) {
    int at = ReplyEncoder.header(out, 24, INVAL_INODE, 0);
    out.putLong(at, nodeId).putLong(at + 8, offset).putLong(at + 16, length);
    return at + 24;
  }

  /** Drop a cached name of at most {@link Name#MAX_LENGTH} bytes. */
  public static int invalidateEntry(ByteBuffer out, long parent, Name name) {
    int bytes = 16 + name.length() + 1;
    int at = ReplyEncoder.header(out, bytes, INVAL_ENTRY, 0);
    out.putLong(at, parent).putInt(at + 8, name.length()).putInt(at + 12, 0);
    out.put(at + 16, name.bytes()).put(at + 16 + name.length(), (byte) 0);
    return at + bytes;
  }
}
