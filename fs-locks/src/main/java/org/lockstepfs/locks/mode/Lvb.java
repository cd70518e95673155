package org.lockstepfs.locks.mode;

/**
 * Lock value block: 64 bytes that travel with a lock. Whoever leaves EX writes it, whoever takes a
 * reading or writing mode gets it. All zero means "nothing that may be trusted".
 *
 * <p>Source: Linux fs/ocfs2/dlm/dlmapi.h (DLM_LVB_LEN), include/uapi/linux/dlmconstants.h.
 */
public final class Lvb {
  /** Length in bytes. */
  public static final int LENGTH = 64;

  private Lvb() {}

  /** Returns a new block of zeros. */
  public static byte[] empty() {
    return new byte[LENGTH];
  }

  /** Returns whether every byte is zero; a missing block counts as empty. */
  public static boolean isEmpty(byte[] lvb) {
    if (lvb != null) {
      for (byte b : lvb) {
        if (b != 0) {
          return false;
        }
      }
    }
    return true;
  }

  /** Copies a block; a missing source stands for zeros. */
  public static void copy(byte[] from, byte[] to) {
    if (from == null) {
      java.util.Arrays.fill(to, (byte) 0);
    } else {
      System.arraycopy(from, 0, to, 0, LENGTH);
    }
  }
}
