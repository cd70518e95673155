package org.lockstepfs.locks.o2dlm.message;

import static org.lockstepfs.locks.o2dlm.DlmFlags.GET_LVB;
import static org.lockstepfs.locks.o2dlm.DlmFlags.PUT_LVB;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * Another mode for a lock, to the master. Status: a DlmStatus.
 *
 * <p>Layout: struct dlm_convert_lock.
 *
 * @param cookie identity of the lock
 * @param flags see DlmFlags
 * @param node holder
 * @param mode wanted mode
 * @param name the resource
 * @param lvb 64 bytes if flags have PUT_LVB, else null
 */
public record ConvertLock(long cookie, int flags, int node, LockMode mode, ResName name, byte[] lvb)
    implements Message {

  @Override
  public int type() {
    return MessageType.CONVERT_LOCK.id();
  }

  @Override
  public int length() {
    return lvb == null ? 80 : 80 + Lvb.LENGTH;
  }

  @Override
  public void encode(ByteBuffer out) {
    Wire.be64(out, cookie);
    Wire.be32(out, flags);
    out.put((byte) 0);
    out.put((byte) node);
    out.put((byte) mode.wire());
    out.put((byte) name.length());
    Wire.name(out, name);
    if (lvb != null) {
      out.put(lvb);
    }
  }

  static ConvertLock read(Wire.Reader in) throws BadMessageException {
    in.need(80);
    long cookie = in.i64();
    int flags = in.i32();
    in.skip(1);
    int node = in.node();
    LockMode mode = in.mode();
    int nameLength = in.u8();
    ResName name = in.name(nameLength, Wire.IVBUFLEN);
    if ((flags & PUT_LVB) != 0 && (flags & GET_LVB) != 0) {
      throw in.bad("both PUT and GET of the value block", Wire.BADARGS);
    }
    byte[] lvb = (flags & PUT_LVB) != 0 ? in.lvb() : null;
    return new ConvertLock(cookie, flags, node, mode, name, lvb);
  }
}
