package org.lockstepfs.locks.plock;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.lockstepfs.locks.plock.PlockMessage.Op;
import org.lockstepfs.locks.plock.PlockMessage.Request;

/**
 * The record {@code struct dlm_plock_info}, version 1.2.0, 64 bytes, little-endian as on
 * dlm_controld's wire:
 *
 * <pre>
 *  0 u32 version[3]   12 u8 optype   13 u8 ex   14 u8 wait   15 u8 flags (1 = CLOSE)
 * 16 u32 pid          20 s32 nodeid  24 s32 rv  28 u32 fsid
 * 32 u64 number       40 u64 start   48 u64 end 56 u64 owner
 * </pre>
 *
 * <p>Source: Linux include/uapi/linux/dlm_plock.h.
 */
final class PlockInfo {
  static final int BYTES = 64;
  private static final int MAJOR = 1;
  private static final int MINOR = 2;
  private static final int CLOSE = 1;
  private static final Op[] OPS = Op.values();

  private PlockInfo() {}

  static void put(ByteBuffer out, Request r, int node, int fsid) {
    out.putInt(MAJOR).putInt(MINOR).putInt(0);
    out.put((byte) (r.op().ordinal() + 1));
    out.put((byte) (r.exclusive() ? 1 : 0));
    out.put((byte) (r.blocking() ? 1 : 0));
    out.put((byte) (r.close() ? CLOSE : 0));
    out.putInt(r.pid()).putInt(node).putInt(0).putInt(fsid);
    out.putLong(r.inode()).putLong(r.start()).putLong(r.end()).putLong(r.owner());
  }

  static Request get(ByteBuffer in, int node, int fsid, long id, boolean holder)
      throws IOException {
    int major = in.getInt();
    int minor = in.getInt();
    in.getInt();
    if (major != MAJOR || minor > MINOR || minor < 0) {
      throw new IOException("dlm_plock_info version " + major + "." + minor + " is not 1.2");
    }
    int optype = in.get();
    boolean exclusive = PlockCodec.flag(in, "ex");
    boolean blocking = PlockCodec.flag(in, "wait");
    boolean close = PlockCodec.flag(in, "flags");
    int pid = in.getInt();
    int nodeid = in.getInt();
    in.getInt();
    int volume = in.getInt();
    long inode = in.getLong();
    long start = in.getLong();
    long end = in.getLong();
    long owner = in.getLong();
    if (optype < 1 || optype > OPS.length) {
      throw new IOException("dlm_plock_info optype " + optype + " is not 1..3");
    }
    if (nodeid != node || volume != fsid) {
      throw new IOException("dlm_plock_info nodeid or fsid is not the envelope's");
    }
    PlockCodec.checkRange(start, end);
    return new Request(
        inode, id, OPS[optype - 1], exclusive, blocking, close, holder, owner, pid, start, end);
  }
}
