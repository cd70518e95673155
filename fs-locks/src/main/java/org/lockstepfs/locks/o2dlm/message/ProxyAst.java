package org.lockstepfs.locks.o2dlm.message;

import static org.lockstepfs.locks.o2dlm.DlmFlags.GET_LVB;

import java.nio.ByteBuffer;
import org.lockstepfs.locks.mode.LockMode;
import org.lockstepfs.locks.mode.Lvb;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * Completion (AST) or blocking callback (BAST), from the master to the holder. Status: a DlmStatus.
 *
 * <p>Layout: struct dlm_proxy_ast.
 *
 * @param cookie identity of the lock
 * @param flags GET_LVB if a value block follows
 * @param node the master
 * @param blocking whether it is a BAST
 * @param blocked BAST: the mode that somebody waits for; AST: NL
 * @param name the resource
 * @param lvb 64 bytes if flags have GET_LVB, else null
 */
public record ProxyAst(
    long cookie, int flags, int node, boolean blocking, LockMode blocked, ResName name, byte[] lvb)
    implements Message {

  @Override
  public int type() {
    return MessageType.PROXY_AST.id();
  }

  @Override
  public int length() {
    return lvb == null ? 80 : 80 + Lvb.LENGTH;
  }

  @Override
  public void encode(ByteBuffer out) {
    Wire.be64(out, cookie);
    Wire.be32(out, flags);
    out.put((byte) node);
    out.put((byte) (blocking ? 1 : 0));
    out.put((byte) blocked.wire());
    out.put((byte) name.length());
    Wire.name(out, name);
    if (lvb != null) {
      out.put(lvb);
    }
  }

  static ProxyAst read(Wire.Reader in) throws BadMessageException {
    in.need(80);
    long cookie = in.i64();
    int flags = in.i32();
    int node = in.node();
    int callback = in.u8();
    if (callback > 1) {
      throw in.bad("callback " + callback, 11);
    }
    LockMode blocked = in.mode();
    int nameLength = in.u8();
    ResName name = in.name(nameLength, Wire.IVBUFLEN);
    byte[] lvb = (flags & GET_LVB) != 0 ? in.lvb() : null;
    return new ProxyAst(cookie, flags, node, callback == 1, blocked, name, lvb);
  }
}
