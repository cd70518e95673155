package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * A new lock, to the master. Status: a DlmStatus.
 *
 * <p>Layout: struct dlm_create_lock.
 *
 * @param cookie identity of the lock
 * @param flags see DlmFlags
 * @param node holder
 * @param mode wanted mode
 * @param name the resource
 */
public record CreateLock(long cookie, int flags, int node, LockMode mode, ResName name)
    implements Message {

  @Override
  public int type() {
    return MessageType.CREATE_LOCK.id();
  }

  @Override
  public int length() {
    return 80;
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
  }

  static CreateLock read(Wire.Reader in) throws BadMessageException {
    in.need(80);
    long cookie = in.i64();
    int flags = in.i32();
    in.skip(1);
    int node = in.node();
    LockMode mode = in.mode();
    int nameLength = in.u8();
    return new CreateLock(cookie, flags, node, mode, in.name(nameLength, Wire.IVBUFLEN));
  }
}
