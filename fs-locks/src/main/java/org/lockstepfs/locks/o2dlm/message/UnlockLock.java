package org.lockstepfs.locks.o2dlm.message;

import static org.lockstepfs.locks.o2dlm.DlmFlags.CANCEL;
import static org.lockstepfs.locks.o2dlm.DlmFlags.GET_LVB;
import static org.lockstepfs.locks.o2dlm.DlmFlags.PUT_LVB;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * Unlock or, with CANCEL, withdrawal of a request or conversion, to the master. Status: a
 * DlmStatus.
 *
 * <p>Layout: struct dlm_unlock_lock.
 *
 * @param cookie identity of the lock
 * @param flags see DlmFlags
 * @param node holder
 * @param name the resource
 * @param lvb 64 bytes if flags have PUT_LVB, else null
 */
public record UnlockLock(long cookie, int flags, int node, ResName name, byte[] lvb)
    implements Message {

  @Override
  public int type() {
    return MessageType.UNLOCK_LOCK.id();
  }

  @Override
  public int length() {
    return lvb == null ? 80 : 80 + Lvb.LENGTH;
  }

  @Override
  public void encode(ByteBuffer out) {
    Wire.be64(out, cookie);
    Wire.be32(out, flags);
    Wire.zeros(out, 2);
    out.put((byte) node);
    out.put((byte) name.length());
    Wire.name(out, name);
    if (lvb != null) {
      out.put(lvb);
    }
  }

  static UnlockLock read(Wire.Reader in) throws BadMessageException {
    in.need(80);
    long cookie = in.i64();
    int flags = in.i32();
    in.skip(2);
    int node = in.node();
    int nameLength = in.u8();
    ResName name = in.name(nameLength, Wire.IVBUFLEN);
    if ((flags & GET_LVB) != 0 || (flags & (PUT_LVB | CANCEL)) == (PUT_LVB | CANCEL)) {
      throw in.bad("value block flags " + Integer.toHexString(flags), Wire.BADARGS);
    }
    byte[] lvb = (flags & PUT_LVB) != 0 ? in.lvb() : null;
    return new UnlockLock(cookie, flags, node, name, lvb);
  }
}
