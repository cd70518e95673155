package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * The joiner gave up. Status: 0.
 *
 * <p>Layout: struct dlm_cancel_join.
 *
 * @param node the joiner
 * @param domain name of the domain, at most 64 bytes
 */
public record CancelJoin(int node, String domain) implements Message {

  @Override
  public int type() {
    return MessageType.CANCEL_JOIN.id();
  }

  @Override
  public int length() {
    return 68;
  }

  @Override
  public void encode(ByteBuffer out) {
    byte[] name = Wire.latin1(domain);
    out.put((byte) node);
    Wire.zeros(out, 2);
    out.put((byte) name.length);
    Wire.padded(out, name, Wire.NAME_FIELD);
  }

  static CancelJoin read(Wire.Reader in) throws BadMessageException {
    in.need(68);
    int node = in.node();
    in.skip(2);
    int nameLength = in.u8();
    return new CancelJoin(node, in.domain(nameLength));
  }
}
