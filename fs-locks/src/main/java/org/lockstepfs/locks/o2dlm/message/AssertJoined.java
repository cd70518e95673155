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
    return Layouts.NodeAndDomain.LENGTH;
  }

  @Override
  public void encode(ByteBuffer out) {
    Layouts.NodeAndDomain.encode(out, node, domain);
  }

  static AssertJoined read(Wire.Reader in) throws BadMessageException {
    return Layouts.NodeAndDomain.read(in, AssertJoined::new);
  }
}
