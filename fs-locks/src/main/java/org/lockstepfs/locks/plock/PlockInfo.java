package org.lockstepfs.locks.plock;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.lockstepfs.locks.plock.PlockMessage.Op;

/**
 * The record {@code struct dlm_plock_info}, version 1.2.0, 64 bytes, in the byte order of the
 * buffer:
 *
 * <pre>
 *  0 u32 version[3]   12 u8 optype   13 u8 ex   14 u8 wait   15 u8 flags (1 = CLOSE)
 * 16 u32 pid          20 s32 nodeid  24 s32 rv  28 u32 fsid
 * 32 u64 number       40 u64 start   48 u64 end 56 u64 owner
 * </pre>
 *
 * <p>Source: Linux include/uapi/linux/dlm_plock.h.
 *
 * @param op what is asked for
 * @param exclusive for LOCK and GET, whether it is a write lock; in the answer to GET, the lock in
 *     the way
 * @param waits for LOCK, whether to wait for others' locks to go
 * @param close with UNLOCK: the owner closed the file; needs no answer
 * @param pid process id of the owner
 * @param node number of the node that asks; in the answer to GET, of the one that holds
 * @param rv result: 0 or a negative errno; 1 for GET that found a lock
 * @param fsid number of the lockspace
 * @param number of the inode
 * @param start first byte
 * @param end last byte, inclusive; {@link Long#MAX_VALUE} for "to the end"
 * @param owner opaque value on its node
 */
public record PlockInfo(
    Op op,
    boolean exclusive,
    boolean waits,
    boolean close,
    int pid,
    int node,
    int rv,
    int fsid,
    long number,
    long start,
    long end,
    long owner) {
  /** Length of a record. */
  public static final int BYTES = 64;

  private static final int MAJOR = 1;
  private static final int MINOR = 2;
  private static final int CLOSE = 1;
  private static final Op[] OPS = Op.values();

  /** Writes the record at the buffer's position. */
  public void put(ByteBuffer out) {
    put(out, MINOR, close ? CLOSE : 0);
  }

  /** Writes the record as another minor version has it. */
  void put(ByteBuffer out, int minor, int flags) {
    out.putInt(MAJOR).putInt(minor).putInt(0);
    out.put((byte) (op.ordinal() + 1));
    out.put((byte) (exclusive ? 1 : 0)).put((byte) (waits ? 1 : 0)).put((byte) flags);
    out.putInt(pid).putInt(node).putInt(rv).putInt(fsid);
    out.putLong(number).putLong(start).putLong(end).putLong(owner);
  }

  /**
   * Reads a record at the buffer's position, of this version or an earlier minor one.
   *
   * @throws IOException if it is cut short, of another version, or a value is out of range
   */
  public static PlockInfo get(ByteBuffer in) throws IOException {
    if (in.remaining() < BYTES) {
      throw new IOException("dlm_plock_info of " + in.remaining() + " bytes, not " + BYTES);
    }
    try {
      checkVersion(in.getInt(), in.getInt(), in.getInt());
      int optype = in.get();
      if (optype < 1 || optype > OPS.length) {
        throw new IOException("dlm_plock_info optype " + optype + " is not 1..3");
      }
      boolean exclusive = PlockCodec.flag(in, "ex");
      boolean waits = PlockCodec.flag(in, "wait");
      boolean close = PlockCodec.flag(in, "flags");
      PlockInfo info =
          new PlockInfo(
              OPS[optype - 1],
              exclusive,
              waits,
              close,
              in.getInt(),
              in.getInt(),
              in.getInt(),
              in.getInt(),
              in.getLong(),
              in.getLong(),
              in.getLong(),
              in.getLong());
      PlockCodec.checkRange(info.start, info.end);
      return info;
    } catch (BufferUnderflowException e) {
      throw new IOException("dlm_plock_info is cut short", e);
    }
  }

  private static void checkVersion(int major, int minor, int patch) throws IOException {
    if (major != MAJOR || minor > MINOR || minor < 0) {
      throw new IOException(
          "dlm_plock_info version " + major + "." + minor + "." + patch + " is not 1.2.0");
    }
  }

  /** Returns the same in another lockspace's number. */
  PlockInfo withFsid(int other) {
    return new PlockInfo(
        op, exclusive, waits, close, pid, node, rv, other, number, start, end, owner);
  }

  /** Returns a request of the same owner on the same file, without CLOSE and result. */
  PlockInfo other(Op otherOp, boolean otherExclusive, long from, long to) {
    return new PlockInfo(
        otherOp, otherExclusive, false, false, pid, node, 0, fsid, number, from, to, owner);
  }

  /** Returns the record that drops everything of the owner on the file. */
  PlockInfo unlockAndClose() {
    return new PlockInfo(
        Op.UNLOCK, false, false, true, pid, node, 0, fsid, number, 0, Long.MAX_VALUE, owner);
  }
}
