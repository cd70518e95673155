package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.mode.LockMode;

/**
 * One lock in a {@link MigLockres}.
 *
 * <p>Layout: struct dlm_migratable_lock.
 *
 * @param cookie identity of the lock
 * @param list the queue it stands in
 * @param flags value block flags of its status block: 2 put, 4 get
 * @param mode granted mode, for a blocked lock the wanted one; null in a placeholder
 * @param convertTo the mode that a converting lock waits for, else null
 * @param highestBlocked strongest mode that it blocks, else null
 * @param node holder
 */
public record MigratableLock(
    long cookie,
    QueueIndex list,
    int flags,
    LockMode mode,
    LockMode convertTo,
    LockMode highestBlocked,
    int node) {
  static final int LENGTH = 16;

  /** Status block flag: the value block is being written (DLM_LKSB_PUT_LVB). */
  public static final int PUT_LVB = 0x2;

  /** Status block flag: the value block is wanted (DLM_LKSB_GET_LVB). */
  public static final int GET_LVB = 0x4;

  /** The queues, in wire order. */
  public enum QueueIndex {
    /** Locks in force. */
    GRANTED,
    /** Locks in force that wait for another mode. */
    CONVERTING,
    /** Locks that wait for their first mode. */
    BLOCKED
  }

  /** Returns the entry that stands for a mere reference of a node, when there are no locks. */
  public static MigratableLock placeholder(int node) {
    return new MigratableLock(0, QueueIndex.BLOCKED, 0, null, null, null, node);
  }

  /** Returns whether this is a {@link #placeholder}. */
  public boolean isPlaceholder() {
    return cookie == 0
        && mode == null
        && convertTo == null
        && highestBlocked == null
        && list == QueueIndex.BLOCKED;
  }

  void encode(ByteBuffer out) {
    Wire.be64(out, cookie);
    Wire.zeros(out, 2);
    out.put((byte) list.ordinal());
    out.put((byte) flags);
    out.put(wire(mode));
    out.put(wire(convertTo));
    out.put(wire(highestBlocked));
    out.put((byte) node);
  }

  static MigratableLock read(Wire.Reader in) throws BadMessageException {
    long cookie = in.i64();
    in.skip(2);
    int list = in.u8();
    if (list > 2) {
      throw in.bad("queue " + list, Wire.EINVAL);
    }
    int flags = in.u8();
    LockMode mode = in.modeOrNull();
    LockMode convertTo = in.modeOrNull();
    LockMode highestBlocked = in.modeOrNull();
    int node = in.node();
    MigratableLock lock =
        new MigratableLock(
            cookie, QueueIndex.values()[list], flags, mode, convertTo, highestBlocked, node);
    boolean converting = lock.list == QueueIndex.CONVERTING;
    if (!lock.isPlaceholder() && (mode == null || converting != (convertTo != null))) {
      throw in.bad(
          "lock " + Long.toHexString(cookie) + " with modes that no queue has", Wire.EINVAL);
    }
    return lock;
  }

  private static byte wire(LockMode mode) {
    return (byte) (mode == null ? -1 : mode.wire());
  }
}
