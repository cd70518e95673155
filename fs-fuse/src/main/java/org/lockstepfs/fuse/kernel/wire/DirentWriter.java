package org.lockstepfs.fuse.kernel.wire;

import java.nio.ByteBuffer;
import org.lockstepfs.fuse.vfs.Entry;
import org.lockstepfs.fuse.vfs.Name;

/**
 * Packs directory entries into the reply of READDIR ({@code fuse_dirent}) or READDIRPLUS ({@code
 * fuse_direntplus}), each padded to 8 bytes. Not thread-safe.
 */
public final class DirentWriter {
  private static final int DIRENT_BYTES = 24;

  private final ByteBuffer out;
  private final int limit;
  private final boolean plus;
  private int used;

  /**
   * Makes a writer that fills {@code out} from 0.
   *
   * @param limit bytes that the kernel asked for
   * @param plus write {@code fuse_direntplus}
   */
  public DirentWriter(ByteBuffer out, int limit, boolean plus) {
    this.out = out;
    this.limit = limit;
    this.plus = plus;
  }

  /**
   * Adds an entry.
   *
   * @param entry with {@code plus}: what the name stands for, or null to say the name alone; it is
   *     left out for "." and "..", for which the kernel takes no reference
   * @return false, with nothing written, if it does not fit
   */
  public boolean add(Name name, long ino, long nextOffset, int type, Entry entry) {
    int head = plus ? ReplyEncoder.ENTRY_BYTES : 0;
    int end = head + DIRENT_BYTES + name.length();
    int padded = (end + 7) & -8;
    if (padded > limit - used) {
      return false;
    }
    if (plus) {
      lookup(entry, isDots(name));
    }
    int at = used + head;
    out.putLong(at, ino).putLong(at + 8, nextOffset).putInt(at + 16, name.length());
    out.putInt(at + 20, type).put(at + DIRENT_BYTES, name.bytes());
    for (int i = used + end; i < used + padded; i++) {
      out.put(i, (byte) 0);
    }
    used += padded;
    return true;
  }

  /** Returns how many bytes are filled. */
  public int used() {
    return used;
  }

  private void lookup(Entry entry, boolean dots) {
    if (entry != null && !dots) {
      ReplyEncoder.entry(out, used, entry);
      return;
    }
    for (int i = 0; i < ReplyEncoder.ENTRY_BYTES; i += Long.BYTES) {
      out.putLong(used + i, 0);
    }
  }

  private static boolean isDots(Name name) {
    byte[] bytes = name.bytes();
    return bytes.length <= 2
        && bytes.length > 0
        && bytes[0] == '.'
        && bytes[bytes.length - 1] == '.';
  }
}
