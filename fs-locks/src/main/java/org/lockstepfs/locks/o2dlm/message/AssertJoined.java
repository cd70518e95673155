package org.lockstepfs.locks.o2dlm.message;

import java.nio.ByteBuffer;

/**
 * The joiner is in the domain. Status: 0, or -EAGAIN during a recovery.
 *
 * <p>Layout: struct dlm_assert_joined.
 *
 * @param node the joiner
 * @param domain name of the domain, at most 64 bytes
 */
public record AssertJoined(int node, String domain) implements Message {

  @Override
  public int type() {
    return MessageType.ASSERT_JOINED.id();
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

  static AssertJoined read(Wire.Reader in) throws BadMessageException {
    in.need(68);
    int node = in.node();
    in.skip(2);
    int nameLength = in.u8();
    return new AssertJoined(node, in.domain(nameLength));
  }
}
